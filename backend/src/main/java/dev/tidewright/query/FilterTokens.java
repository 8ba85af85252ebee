package dev.tidewright.query;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** The words of a filter or of one {@code order_by}, read one after the other. */
final class FilterTokens {

    /** What sort of token it is. */
    enum Kind {
        WORD,
        /** In backticks or double quotes: a name, or by some clients a text. */
        NAME,
        /** In single quotes. */
        TEXT,
        NUMBER,
        SYMBOL,
        END
    }

    /** One token; {@code text} is without its quotes. */
    record Token(Kind kind, String text) {

        boolean is(String word) {
            return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
        }
    }

    private final String source;
    private final String what;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int next;

    /**
     * Takes the text apart, or refuses what is none of the tokens.
     *
     * @param what {@code filter} or {@code order_by}, as refusals call it
     */
    FilterTokens(String what, String source) {
        this.what = what;
        this.source = source;
        while (position < source.length()) {
            var character = source.charAt(position);
            if (Character.isWhitespace(character)) {
                position++;
            } else {
                tokens.add(token(character));
            }
        }
        tokens.add(new Token(Kind.END, "the end"));
    }

    Token peek() {
        return tokens.get(next);
    }

    Token take() {
        var token = tokens.get(next);
        next = Math.min(next + 1, tokens.size() - 1);
        return token;
    }

    /** Takes the next token if it is this word or symbol. */
    boolean takes(String word) {
        var found = peek().is(word);
        if (found) {
            take();
        }
        return found;
    }

    void expect(String word) {
        if (!takes(word)) {
            throw wrong("expected " + word + " instead of " + shown(peek()));
        }
    }

    Refusal wrong(String sentence) {
        return new Refusal.Invalid(
                "invalid-" + what.replace('_', '-'),
                what,
                "the " + what + " \"" + Text.shortened(source, 120) + "\" cannot be read: " + sentence);
    }

    static String shown(Token token) {
        return token.kind() == Kind.END ? token.text() : "\"" + Text.shortened(token.text(), 60) + "\"";
    }

    private Token token(char first) {
        return switch (first) {
            case '\'' -> new Token(Kind.TEXT, quoted('\''));
            case '"', '`' -> new Token(Kind.NAME, quoted(first));
            case '=', '!', '<', '>', '(', ')', ',' -> new Token(Kind.SYMBOL, symbol(first));
            default ->
                isNumberAt(position)
                        ? new Token(Kind.NUMBER, run(FilterTokens::isInNumber))
                        : new Token(Kind.WORD, word(first));
        };
    }

    /** A quote that is doubled stands for itself. */
    private String quoted(char quote) {
        var text = new StringBuilder();
        for (position++; position < source.length(); position++) {
            var character = source.charAt(position);
            if (character != quote) {
                text.append(character);
            } else if (position + 1 < source.length() && source.charAt(position + 1) == quote) {
                text.append(quote);
                position++;
            } else {
                position++;
                return text.toString();
            }
        }
        throw wrong("a quote " + quote + " is not closed");
    }

    private String symbol(char first) {
        var two = position + 1 < source.length() ? source.substring(position, position + 2) : "";
        var symbol = List.of("!=", "<=", ">=", "<>", "==").contains(two) ? two : String.valueOf(first);
        position += symbol.length();
        return symbol;
    }

    private boolean isNumberAt(int at) {
        var character = source.charAt(at);
        if (character == '-' || character == '+' || character == '.') {
            return at + 1 < source.length() && Character.isDigit(source.charAt(at + 1));
        }
        return Character.isDigit(character);
    }

    private static boolean isInNumber(int character) {
        return Character.isDigit(character) || ".eE+-".indexOf(character) >= 0;
    }

    private String word(char first) {
        var word = run(character -> Character.isLetterOrDigit(character) || "._-/:".indexOf(character) >= 0);
        if (word.isEmpty()) {
            throw wrong("the character \"" + first + "\" has no meaning here: put names with such characters into"
                    + " backticks");
        }
        return word;
    }

    private String run(IntPredicate belongs) {
        var start = position;
        while (position < source.length() && belongs.test(source.charAt(position))) {
            position++;
        }
        return source.substring(start, position);
    }
}
