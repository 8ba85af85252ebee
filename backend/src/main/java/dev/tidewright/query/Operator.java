package dev.tidewright.query;

/** How a field is compared. */
public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    LIKE("LIKE"),
    ILIKE("ILIKE"),
    IN("IN"),
    NOT_IN("NOT IN"),
    IS_NULL("IS NULL"),
    IS_NOT_NULL("IS NOT NULL");

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    /** As people write it, and as SQL has it. */
    public String symbol() {
        return symbol;
    }

    boolean fits(Expression.Type type) {
        return switch (this) {
            case EQUAL, NOT_EQUAL -> true;
            case GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> type != Expression.Type.TEXT;
            case LIKE, ILIKE, IN, NOT_IN, IS_NULL, IS_NOT_NULL -> type == Expression.Type.TEXT;
        };
    }
}
