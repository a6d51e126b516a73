package dev.penstock.replicator.render;

import dev.penstock.replicator.pgoutput.TypeFacts;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which renderer a type has, by its oid. Oids of built-in types are the same in every Postgres (its pg_type.dat); others
 * are given with what they are made of. A type without a row here is rendered as a string of its Postgres text.
 */
public final class TypeRenderers {

    /** Oids from here on are given out by a database: they mean nothing elsewhere (FirstNormalObjectId). */
    public static final int FIRST_USER_OID = 16_384;

    /** A domain over an array over a domain …: deeper than this is rendered as text. */
    private static final int MAX_DEPTH = 16;

    private static final ValueRenderer TEXT = ScalarRenderers::text;
    /** Arrays of the built-in types whose elements are strings. */
    private static final int[] TEXT_ARRAYS = {
        1001,
        1002,
        1003,
        1009,
        1014,
        1015,
        1231,
        791, // bytea, char, name, text, bpchar, varchar, numeric, money
        1182,
        1183,
        1270,
        1187,
        2951, // date, time, timetz, interval, uuid
        1041,
        651,
        1040,
        775, // inet, cidr, macaddr, macaddr8
        1017,
        1018,
        1019,
        629,
        719,
        1027, // point, lseg, path, line, circle, polygon
        1561,
        1563,
        143,
        3643,
        3645,
        4073, // bit, varbit, xml, tsvector, tsquery, jsonpath
        3905,
        3907,
        3909,
        3911,
        3913,
        3927,
        6150,
        6151,
        6152,
        6153,
        6155,
        6157, // ranges, multiranges
        1010,
        1012,
        1034,
        1263,
        2201,
        2949,
        3221,
        5039, // tid, cid, aclitem, cstring, refcursor, snapshots, pg_lsn
        1008,
        2207,
        2208,
        2209,
        2210,
        2211,
        3735,
        3770,
        4090,
        4097,
        4192 // reg…
    };

    private static final Map<Integer, ValueRenderer> BUILT_IN = builtIn();

    private TypeRenderers() {}

    static ValueRenderer of(int oid, Map<Integer, TypeFacts> types) {
        return of(oid, types, 0);
    }

    private static ValueRenderer of(int oid, Map<Integer, TypeFacts> types, int depth) {
        ValueRenderer builtIn = BUILT_IN.get(oid);
        if (builtIn != null) {
            return builtIn;
        }
        TypeFacts of = types.get(oid);
        if (of == null || depth == MAX_DEPTH) {
            return TEXT;
        }
        if (of.base() != 0) {
            return of(of.base(), types, depth + 1);
        }
        return of.element() == 0 ? TEXT : new ArrayRenderer(of(of.element(), types, depth + 1), of.delimiter());
    }

    private static Map<Integer, ValueRenderer> builtIn() {
        Map<Integer, ValueRenderer> renderers = new TreeMap<>();
        scalar(renderers, ScalarRenderers::bool, 16, 1000);
        scalar(renderers, ScalarRenderers::integer, 21, 1005); // int2
        scalar(renderers, ScalarRenderers::integer, 23, 1007); // int4
        scalar(renderers, ScalarRenderers::integer, 20, 1016); // int8
        scalar(renderers, ScalarRenderers::integer, 26, 1028); // oid
        scalar(renderers, ScalarRenderers::integer, 28, 1011); // xid
        scalar(renderers, ScalarRenderers::integer, 5069, 271); // xid8
        scalar(renderers, ScalarRenderers::floating, 700, 1021);
        scalar(renderers, ScalarRenderers::floating, 701, 1022);
        scalar(renderers, ScalarRenderers::json, 114, 199);
        scalar(renderers, ScalarRenderers::json, 3802, 3807); // jsonb
        scalar(renderers, ScalarRenderers::timestamp, 1114, 1115);
        scalar(renderers, ScalarRenderers::timestamptz, 1184, 1185);
        scalar(renderers, ArrayRenderer::vector, 22, 1006); // int2vector
        scalar(renderers, ArrayRenderer::vector, 30, 1013); // oidvector
        for (int array : TEXT_ARRAYS) {
            renderers.put(array, new ArrayRenderer(TEXT, ','));
        }
        renderers.put(1020, new ArrayRenderer(TEXT, ';')); // box[]: the one built-in type with another delimiter
        return renderers;
    }

    private static void scalar(Map<Integer, ValueRenderer> renderers, ValueRenderer renderer, int oid, int arrayOid) {
        renderers.put(oid, renderer);
        renderers.put(arrayOid, new ArrayRenderer(renderer, ','));
    }
}
