package dev.penstock.broker.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.penstock.broker.config.YamlNode.Empty;
import dev.penstock.broker.config.YamlNode.Entry;
import dev.penstock.broker.config.YamlNode.Mapping;
import dev.penstock.broker.config.YamlNode.Scalar;
import dev.penstock.broker.config.YamlNode.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads YAML into {@link YamlNode}s that know their lines. A syntax error ends the reading, as what follows it cannot be
 * trusted; duplicate keys and aliases are reported and reading goes on. One use per file.
 */
final class YamlReader {

    /** Deeper than any key of ours; keeps a hostile file from exhausting the stack. */
    private static final int MAX_DEPTH = 16;

    private final String origin;
    private final Problems problems;

    YamlReader(String origin, Problems problems) {
        this.origin = origin;
        this.problems = problems;
    }

    /** The top section; an empty one if the file could not be understood, with the problem noted. */
    Mapping read(String text) {
        Mapping nothing = new Mapping(new Place(origin, 1), new LinkedHashMap<>());
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                return nothing;
            }
            YamlNode top = node(parser, "", 0);
            if (parser.nextToken() != null) {
                problems.add(here(parser), "", "expected one document, but a second one begins here; remove it");
            }
            if (top instanceof Mapping mapping) {
                return mapping;
            }
            if (!(top instanceof Empty)) {
                problems.add(top.place(), "", "expected sections such as 'cluster:', but got " + top.kind());
            }
        } catch (JsonProcessingException e) {
            JsonLocation location = e.getLocation();
            Place place = location == null ? Place.of(origin) : new Place(origin, Math.max(0, location.getLineNr()));
            problems.add(place, "", "not valid YAML: " + withoutExcerpt(e.getOriginalMessage()));
        } catch (IOException e) {
            problems.add(Place.of(origin), "", "could not be read: " + e.getMessage());
        }
        return nothing;
    }

    private YamlNode node(YAMLParser parser, String path, int depth) throws IOException {
        Place place = here(parser);
        if (depth > MAX_DEPTH) {
            throw new IOException("sections are nested deeper than " + MAX_DEPTH + " levels at line " + place.line());
        }
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return mapping(parser, place, path, depth);
        }
        if (token == JsonToken.START_ARRAY) {
            List<YamlNode> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(node(parser, path + "[" + items.size() + "]", depth + 1));
            }
            return new Sequence(place, items);
        }
        if (parser.isCurrentAlias()) {
            problems.add(place, path, "expected a value, but got a YAML alias (*name); write the value itself");
            return new Empty(place);
        }
        return token == JsonToken.VALUE_NULL ? new Empty(place) : new Scalar(place, parser.getText());
    }

    private Mapping mapping(YAMLParser parser, Place place, String path, int depth) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place keyPlace = here(parser);
            String keyPath = path.isEmpty() ? key : path + "." + key;
            parser.nextToken();
            Entry entry = new Entry(keyPlace, node(parser, keyPath, depth + 1));
            @Nullable Entry earlier = entries.putIfAbsent(key, entry);
            if (earlier != null) {
                problems.add(
                        keyPlace,
                        keyPath,
                        "written twice, first in line " + earlier.place().line() + "; remove one of the two");
            }
        }
        return new Mapping(place, entries);
    }

    private Place here(YAMLParser parser) {
        return new Place(origin, parser.currentTokenLocation().getLineNr());
    }

    /** The parser mixes excerpts of the file, which may hold a secret, into its message; they are indented. */
    private static String withoutExcerpt(String message) {
        return message.lines().filter(line -> !line.startsWith(" ")).collect(Collectors.joining(": "));
    }
}
