package dev.penstock.broker.plan.filter;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reads an expression by recursive descent; the grammar is in docs/api.md. One use. */
final class Parser {

    /** Parentheses, casts and negations within each other: far more than anybody writes, far less than a stack holds. */
    static final int MAX_DEPTH = 32;

    static final int MAX_LIST = 1_000;

    private final SourceText source;
    private final Lexer lexer;
    private final Map<Fragment, MemberTree> members = new EnumMap<>(Fragment.class);
    private final Paths paths;
    private int slots;
    private Token token;
    private int end;
    private int depth;

    Parser(String text) {
        this.source = new SourceText(text);
        this.lexer = new Lexer(source);
        this.paths = new Paths(source);
        this.token = lexer.next();
    }

    /** A part with its place. */
    record Part(Expression expression, int from, int to) {}

    Expression parse() {
        if (token.type() == Token.Type.END) {
            throw source.refused(token.from(), token.to(), "expected a condition such as record.amount > 100");
        }
        Part whole = or();
        if (token.type() != Token.Type.END) {
            throw source.refused(
                    token.from(), token.to(), Hints.instead(token, "expected a comparison, && or ||, or the end"));
        }
        return condition(whole);
    }

    Map<Fragment, MemberTree> members() {
        return members;
    }

    int slots() {
        return slots;
    }

    private Part or() {
        return joined(Value.Bool.TRUE, "||", "or", this::and);
    }

    private Part and() {
        return joined(Value.Bool.FALSE, "&&", "and", this::not);
    }

    private Part joined(Value.Bool decisive, String sign, String word, Supplier<Part> next) {
        Part first = next.get();
        if (!token.isSign(sign) && !token.isWord(word)) {
            return first;
        }
        List<Expression> parts = new ArrayList<>();
        parts.add(condition(first));
        while (token.isSign(sign) || token.isWord(word)) {
            advance();
            parts.add(condition(next.get()));
        }
        return new Part(new Expression.Joined(decisive, parts), first.from(), end);
    }

    private Part not() {
        if (!token.isWord("not")) {
            return comparison();
        }
        Token not = advance();
        Part of = nested(not, this::not);
        return new Part(new Expression.Not(condition(of)), not.from(), end);
    }

    private Part comparison() {
        Part left = unary();
        if (Comparisons.opOf(token).isPresent()) {
            Token sign = advance();
            Part right = unary();
            return new Comparisons(source).compared(left, sign, right);
        }
        Token not = token;
        boolean negated = token.isWord("not");
        if (negated) {
            advance();
        }
        Part test;
        if (token.isWord("in")) {
            advance();
            test = in(left);
        } else if (token.isWord("like")) {
            advance();
            test = like(left);
        } else if (negated) {
            throw source.refused(not.from(), token.to(), "expected 'not in' or 'not like'");
        } else {
            return left;
        }
        return negated ? new Part(new Expression.Not(test.expression()), test.from(), test.to()) : test;
    }

    private Part in(Part left) {
        if (token.type() == Token.Type.NAME) {
            Token start = token;
            Part array = operand();
            if (array.expression() instanceof Expression.Member member) {
                slots = Math.max(slots, paths.withElements(member, members, slots));
                return new Comparisons(source).inArray(left, member, array);
            }
            throw source.refused(start.from(), array.to(), "expected a list [ … ] or an array of the event after 'in'");
        }
        Token open = token;
        if (!open.isSign("[")) {
            throw source.refused(token.from(), token.to(), "expected a list such as ['new', 'paid'] after 'in'");
        }
        advance();
        List<Part> values = new ArrayList<>();
        do {
            if (!values.isEmpty()) {
                advance();
            }
            if (values.size() == MAX_LIST) {
                throw source.refused(token.from(), token.to(), "expected at most " + MAX_LIST + " values in a list");
            }
            values.add(listed(open));
        } while (token.isSign(","));
        expect("]", "expected , or ] after a value of the list");
        return new Comparisons(source).in(left, values, end);
    }

    private Part listed(Token open) {
        if (token.isSign("]")) {
            throw source.refused(open.from(), token.to(), "expected at least one value, and none missing, in a list");
        }
        Part value = operand();
        if (value.expression() instanceof Expression.Literal literal && literal.kind() != Kind.NULL) {
            return value;
        }
        throw source.refused(
                value.from(),
                value.to(),
                "expected text, a number, true or false in a list; null is tested by == null");
    }

    private Part like(Part left) {
        Token pattern = token;
        if (pattern.type() != Token.Type.STRING) {
            throw source.refused(
                    pattern.from(), pattern.to(), "expected a pattern in quotes after 'like', such as 'A-%'");
        }
        advance();
        new Comparisons(source).checkText(left);
        try {
            LikePattern compiled = new LikePattern(pattern.text());
            return new Part(new Expression.Like(left.expression(), compiled, place(left)), left.from(), pattern.to());
        } catch (IllegalArgumentException wrong) {
            throw source.refused(pattern.from(), pattern.to(), String.valueOf(wrong.getMessage()));
        }
    }

    private Part unary() {
        if (!token.isSign("!")) {
            return operand();
        }
        Token not = advance();
        Part of = nested(not, this::unary);
        return new Part(new Expression.Not(condition(of)), not.from(), end);
    }

    private Part operand() {
        Part part = primary();
        while (token.isSign(".")) {
            Token dot = advance();
            part = method(part, dot);
        }
        if (token.isSign("[")) {
            throw source.refused(token.from(), token.to(), "expected [ only after record, changes or metadata.key");
        }
        return part;
    }

    private Part primary() {
        Token start = token;
        switch (start.type()) {
            case STRING -> {
                advance();
                if (start.isPattern()) {
                    throw source.refused(
                            start.from(), start.to(), "expected \\% and \\_ in the pattern of a like only");
                }
                return new Part(new Expression.Literal(new Value.Text(start.text()), Kind.TEXT), start.from(), end);
            }
            case NUMBER -> {
                advance();
                return number(start, start.text());
            }
            case NAME -> {
                return named(start);
            }
            case SIGN -> {
                if (start.isSign("(")) {
                    return group(start);
                }
                if (start.isSign("-")) {
                    advance();
                    Token digits = token;
                    if (digits.type() != Token.Type.NUMBER) {
                        throw source.refused(start.from(), start.to(), "expected a number after -");
                    }
                    advance();
                    return number(start, "-" + digits.text());
                }
            }
            case END -> {}
        }
        throw source.refused(
                start.from(), start.to(), "expected record, changes, metadata, action, a value, a cast or (");
    }

    private Part number(Token start, String digits) {
        Numeral numeral = Numeral.parse(digits);
        if (numeral == null) {
            throw source.refused(start.from(), end, "expected an exponent of at most 15 digits");
        }
        return new Part(new Expression.Literal(new Value.Numeric(numeral, digits), Kind.NUMBER), start.from(), end);
    }

    private Part group(Token open) {
        advance();
        Part inner = nested(open, this::or);
        if (!token.isSign(")")) {
            throw source.refused(
                    token.from(),
                    token.to(),
                    Hints.instead(token, "expected ) for the ( at column " + source.column(open.from())));
        }
        advance();
        return new Part(inner.expression(), open.from(), end);
    }

    private Part named(Token start) {
        if (start.isWord("true") || start.isWord("false")) {
            advance();
            Value.Bool value = Value.Bool.of(start.isWord("true"));
            return new Part(new Expression.Literal(value, Kind.BOOL), start.from(), end);
        }
        if (start.isWord("null")) {
            advance();
            return new Part(new Expression.Literal(Value.Missing.NULL, Kind.NULL), start.from(), end);
        }
        advance();
        if (token.isSign("(")) {
            return call(start);
        }
        return path(start);
    }

    private Part call(Token name) {
        Token open = advance();
        boolean has = name.text().equals("has");
        Cast cast = has ? Cast.BOOL : paths.cast(name);
        Part argument = nested(name, this::or);
        expect(")", "expected ) for the ( at column " + source.column(open.from()));
        if (has) {
            if (argument.expression() instanceof Expression.Member member
                    && !member.path().isEmpty()) {
                return new Part(new Expression.Has(member), name.from(), end);
            }
            throw source.refused(argument.from(), argument.to(), "expected a member such as has(record.note)");
        }
        if (!paths.canCast(cast, argument.expression().kind())) {
            throw source.refused(
                    argument.from(),
                    argument.to(),
                    "expected " + cast.wanted() + ", but this is "
                            + argument.expression().kind().words());
        }
        return new Part(new Expression.CastTo(cast, argument.expression(), place(argument)), name.from(), end);
    }

    /** Members as far as they go; a name with ( behind it is a method of what stands before. */
    private Part path(Token root) {
        List<MemberTree.Step> steps = new ArrayList<>();
        Token dot = token;
        while (token.isSign(".") || token.isSign("[")) {
            if (steps.size() == Paths.MAX_STEPS) {
                throw source.refused(
                        token.from(), token.to(), "expected at most " + Paths.MAX_STEPS + " steps in a path");
            }
            dot = advance();
            if (dot.isSign("[")) {
                steps.add(paths.bracketed(token));
                advance();
                expect("]", "expected ] after the name or number");
                continue;
            }
            Token name = token;
            if (name.type() != Token.Type.NAME) {
                throw source.refused(
                        name.from(), name.to(), "expected a name after the dot; another one as [\"odd name\"]");
            }
            advance();
            if (token.isSign("(")) {
                Part of = resolved(root, steps, dot.from());
                return method(of, name, dot);
            }
            steps.add(new MemberTree.Step.Name(name.text()));
        }
        return resolved(root, steps, end);
    }

    private Part resolved(Token root, List<MemberTree.Step> steps, int to) {
        Expression expression = paths.resolve(root, steps, to, members, slots);
        if (expression instanceof Expression.Member member) {
            slots = Math.max(slots, member.slot() + 1);
        }
        return new Part(expression, root.from(), to);
    }

    private Part method(Part of, Token dot) {
        Token name = token;
        if (name.type() != Token.Type.NAME) {
            throw source.refused(dot.from(), Math.max(dot.to(), name.to()), "expected a method after the dot");
        }
        advance();
        return method(of, name, dot);
    }

    private Part method(Part of, Token name, Token dot) {
        if (!token.isSign("(")) {
            throw source.refused(dot.from(), name.to(), "expected a method with ( ): only members of an event go on");
        }
        TextMethod method = paths.method(name);
        new Comparisons(source).checkText(of);
        advance();
        Part argument = nested(name, this::operand);
        new Comparisons(source).checkText(argument);
        expect(")", "expected ) after the text of " + name.text());
        Expression test =
                new Expression.TextTest(method, of.expression(), argument.expression(), place(of), place(argument));
        return new Part(test, of.from(), end);
    }

    private Expression condition(Part part) {
        Expression expression = part.expression();
        return switch (expression.kind()) {
            case BOOL -> expression;
            case ANY -> new Expression.Truth(expression, place(part));
            default ->
                throw source.refused(
                        part.from(),
                        part.to(),
                        "expected a condition, but this is " + expression.kind().words());
        };
    }

    private Part nested(Token at, Supplier<Part> inner) {
        if (++depth > MAX_DEPTH) {
            throw source.refused(at.from(), at.to(), "expected at most " + MAX_DEPTH + " levels within each other");
        }
        Part part = inner.get();
        depth--;
        return part;
    }

    private String place(Part part) {
        return source.place(part.from(), part.to());
    }

    private void expect(String sign, String otherwise) {
        if (!token.isSign(sign)) {
            throw source.refused(token.from(), token.to(), otherwise);
        }
        advance();
    }

    /** Goes on to the next token; the one before. */
    private Token advance() {
        Token before = token;
        end = before.to();
        token = lexer.next();
        return before;
    }
}
