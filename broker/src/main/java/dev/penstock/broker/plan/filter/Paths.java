package dev.penstock.broker.plan.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the names in an expression mean. Stateless but for the text that it shows. */
final class Paths {

    static final int MAX_STEPS = 16;

    private static final List<String> ROOTS = List.of("record", "changes", "metadata", "action");
    private static final int MAX_INDEX_DIGITS = 6;

    private final SourceText source;

    Paths(SourceText source) {
        this.source = source;
    }

    /** @param nextSlot the slot of a member that no other part has named yet */
    Expression resolve(
            Token root, List<MemberTree.Step> steps, int to, Map<Fragment, MemberTree> members, int nextSlot) {
        return switch (root.text()) {
            case "record" -> member(Fragment.RECORD, root, steps, to, members, nextSlot);
            case "changes" -> member(Fragment.CHANGES, root, steps, to, members, nextSlot);
            case "metadata" -> metadata(root, steps, to, members, nextSlot);
            case "action" -> {
                if (!steps.isEmpty()) {
                    throw source.refused(root.from(), to, "expected 'action' alone: it is a word such as 'insert'");
                }
                yield new Expression.Metadata(Fact.ACTION);
            }
            default ->
                throw source.refused(
                        root.from(),
                        root.to(),
                        "unknown name '" + root.text() + "'" + NearestName.instead(root.text(), ROOTS));
        };
    }

    private Expression metadata(
            Token root, List<MemberTree.Step> steps, int to, Map<Fragment, MemberTree> members, int nextSlot) {
        List<String> known = new ArrayList<>(Fact.words());
        known.add("key");
        if (steps.isEmpty() || !(steps.get(0) instanceof MemberTree.Step.Name first)) {
            throw source.refused(root.from(), to, "expected a member of metadata: " + String.join(", ", known));
        }
        if (first.name().equals("key")) {
            return member(Fragment.KEY, root, steps.subList(1, steps.size()), to, members, nextSlot);
        }
        Optional<Fact> fact = Fact.named(first.name());
        if (fact.isEmpty()) {
            throw source.refused(
                    root.from(),
                    to,
                    "unknown member '" + first.name() + "' of metadata" + NearestName.instead(first.name(), known));
        }
        if (steps.size() > 1) {
            throw source.refused(root.from(), to, "expected nothing within metadata." + first.name());
        }
        return new Expression.Metadata(fact.get());
    }

    private Expression member(
            Fragment fragment,
            Token root,
            List<MemberTree.Step> steps,
            int to,
            Map<Fragment, MemberTree> members,
            int nextSlot) {
        int slot = members.computeIfAbsent(fragment, unused -> new MemberTree()).add(steps, nextSlot, false);
        return new Expression.Member(fragment, steps, slot, source.place(root.from(), to));
    }

    /** Has the elements of an array read; the number of slots afterwards. */
    int withElements(Expression.Member member, Map<Fragment, MemberTree> members, int slots) {
        int slot = members.computeIfAbsent(member.fragment(), unused -> new MemberTree())
                .add(member.path(), slots, true);
        return Math.max(slots, slot + 1);
    }

    /** What may stand in brackets: a name in quotes, or the place of an element. */
    MemberTree.Step bracketed(Token token) {
        if (token.type() == Token.Type.STRING && !token.isPattern()) {
            return new MemberTree.Step.Name(token.text());
        }
        boolean index = token.type() == Token.Type.NUMBER
                && token.text().length() <= MAX_INDEX_DIGITS
                && token.text().chars().allMatch(c -> c >= '0' && c <= '9');
        if (index) {
            return new MemberTree.Step.Index(Integer.parseInt(token.text()));
        }
        throw source.refused(
                token.from(), token.to(), "expected a name in quotes, or the place of an element from 0 to 999999");
    }

    Cast cast(Token name) {
        List<String> known = new ArrayList<>(Cast.words());
        known.add("has");
        return Cast.named(name.text())
                .orElseThrow(() -> source.refused(
                        name.from(),
                        name.to(),
                        "unknown function '" + name.text() + "'" + NearestName.instead(name.text(), known)));
    }

    TextMethod method(Token name) {
        return TextMethod.named(name.text())
                .orElseThrow(() -> source.refused(
                        name.from(),
                        name.to(),
                        "unknown method '" + name.text() + "'"
                                + NearestName.instead(name.text(), TextMethod.words())
                                + (name.text().equals("matches") ? ", or like: no regular expressions" : "")));
    }

    /** Whether a cast can ever do anything with what it is given. */
    boolean canCast(Cast cast, Kind from) {
        return switch (cast) {
            case STRING -> from != Kind.NULL;
            case DOUBLE, INT -> from == Kind.ANY || from == Kind.NUMBER || from == Kind.TEXT;
            case TIMESTAMP -> from != Kind.BOOL && from != Kind.NULL;
            case BOOL -> from != Kind.TIME && from != Kind.NULL;
        };
    }
}
