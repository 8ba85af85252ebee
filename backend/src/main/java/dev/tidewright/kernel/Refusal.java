package dev.tidewright.kernel;

import java.util.List;

/**
 * A request that is refused for a reason the caller can act on. The message is always safe to show. {@code web} turns it
 * into problem+json, a form message or an error page; nothing else catches it.
 */
public abstract sealed class Refusal extends RuntimeException {

    private final String code;
    private final transient List<FieldError> errors;

    private Refusal(String code, String message, List<FieldError> errors) {
        super(message);
        this.code = code;
        this.errors = List.copyOf(errors);
    }

    /** Stable, kebab-case, part of the API: {@code type} is {@code /problems/<code>}. */
    public final String code() {
        return code;
    }

    /** What is wrong, field by field; empty where no single field is to blame. */
    public final List<FieldError> errors() {
        return errors;
    }

    /** The message, never null. */
    public final String sentence() {
        var message = getMessage();
        return message == null ? code : message;
    }

    /**
     * One wrong field.
     *
     * @param field dotted path in the command, e.g. {@code resources.cpu}
     * @param message what is wrong and what would be right
     */
    public record FieldError(String field, String message) {}

    /** 404. Also the answer for an object of a namespace that the caller is no member of. */
    public static final class NotFound extends Refusal {
        public NotFound(String kind, Object name) {
            super("not-found", "no " + kind + " \"" + Text.shortened(String.valueOf(name), 80) + "\" here", List.of());
        }
    }

    /** 403: the caller is known here, but lacks a role; the sentence names it. */
    public static final class Forbidden extends Refusal {
        public Forbidden(String message) {
            super("forbidden", message, List.of());
        }
    }

    /** 401. */
    public static final class Unauthenticated extends Refusal {
        public Unauthenticated(String code, String message) {
            super(code, message, List.of());
        }
    }

    /** 400: the address or a header of the request cannot be read; nothing was looked at that it carries. */
    public static final class Malformed extends Refusal {
        public Malformed(String code, String parameter, String message) {
            super(code, message, List.of(new FieldError(parameter, message)));
        }
    }

    /** 422: understood, but a value of what was submitted is not acceptable. */
    public static final class Invalid extends Refusal {
        public Invalid(String code, String field, String message) {
            super(code, message, List.of(new FieldError(field, message)));
        }

        public Invalid(String code, String message, List<FieldError> errors) {
            super(code, message, errors);
        }
    }

    /** 409: fine in itself, but not in the present state. */
    public static final class Conflict extends Refusal {
        public Conflict(String code, String message) {
            super(code, message, List.of());
        }

        /** {@code users}: what stands in the way, one line each, e.g. {@code endpoint diabetes (revision 3)}. */
        public Conflict(String code, String message, List<FieldError> users) {
            super(code, message, users);
        }
    }

    /** 409: not done, but asked for: a second person has to approve it. The request is there when this is thrown. */
    public static final class AwaitsApproval extends Refusal {

        /** {@code request}: where it is. */
        public AwaitsApproval(String message, List<FieldError> request) {
            super("awaits-approval", message, request);
        }
    }

    /** 409: more than the namespace's hard limit. */
    public static final class OverQuota extends Refusal {
        public OverQuota(String message, List<FieldError> amounts) {
            super("over-quota", message, amounts);
        }
    }

    /** 412: {@code If-Match} names a version that is no longer the current one. */
    public static final class Stale extends Refusal {
        public Stale(String kind, Object name, long current) {
            super(
                    "stale",
                    kind + " \"" + name + "\" was changed meanwhile; its version is now \"" + current
                            + "\": read it again and repeat the change",
                    List.of());
        }
    }

    /** 428: a change of a spec needs {@code If-Match}. */
    public static final class PreconditionMissing extends Refusal {
        public PreconditionMissing() {
            super(
                    "precondition-required",
                    "send If-Match with the ETag of the object that you read, so that nobody's change is overwritten",
                    List.of());
        }
    }

    /** 413. */
    public static final class TooLarge extends Refusal {
        public TooLarge(String message) {
            super("too-large", message, List.of());
        }
    }

    /** 429. */
    public static final class TooMany extends Refusal {
        public TooMany(String message) {
            super("too-many", message, List.of());
        }
    }

    /** 503: try again later. */
    public static final class Unavailable extends Refusal {
        public Unavailable(String code, String message) {
            super(code, message, List.of());
        }
    }
}
