package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * Says what is wrong with a JSON body: 400 where it is no JSON, 422 where a value of it is not acceptable, with the field
 * and what would be right. Where the fault is one of ours (a name, a quantity), it is told in our words.
 */
public final class UnreadableBody {

    private UnreadableBody() {}

    public static ProblemDetail problem(HttpMessageNotReadableException unreadable) {
        for (Throwable cause = unreadable.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof StreamConstraintsException) {
                return Problems.of(new Refusal.TooLarge("the JSON is too deep or too long to be meant"));
            }
            if (cause instanceof MismatchedInputException second && isTrailing(second)) {
                return malformed("something follows the end of the JSON: send one object, and nothing after it");
            }
            if (cause instanceof DatabindException where) {
                return Problems.of(
                        refusalIn(where).map(ours -> located(ours, path(where))).orElseGet(() -> mistyped(where)));
            }
            if (cause instanceof InputCoercionException number) {
                var field = path(number);
                return Problems.of(new Refusal.Invalid(
                        "invalid-value", field, "the number at \"" + field + "\" is too large to be meant"));
            }
            if (cause instanceof StreamReadException malformed) {
                return malformed(malformed);
            }
        }
        return malformed("there is no body: send JSON with Content-Type application/json");
    }

    /** The refusal that a value of ours has answered, deep in what a framework has thrown. */
    static Optional<Refusal> refusalIn(@Nullable Throwable fault) {
        for (var cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof Refusal refusal) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    /**
     * A value knows its own name at best: {@code resources.cpu} is {@code limits.cpu} in the limits of a namespace. What
     * stands before the first dot is what the reader of JSON knows better.
     */
    private static Refusal located(Refusal refusal, String path) {
        if (!(refusal instanceof Refusal.Invalid invalid) || invalid.errors().isEmpty() || path.isEmpty()) {
            return refusal;
        }
        var own = invalid.errors().getFirst().field();
        var inside = own.contains(".") ? own.substring(own.indexOf('.')) : "";
        return new Refusal.Invalid(
                invalid.code(), inside.isEmpty() || path.endsWith(inside) ? path : path + inside, invalid.sentence());
    }

    private static Refusal mistyped(DatabindException fault) {
        var path = path(fault);
        if (fault instanceof UnrecognizedPropertyException field) {
            var known = new TreeSet<String>();
            field.getKnownPropertyIds().forEach(id -> known.add(id.toString()));
            var message = "there is no field \"" + Text.shortened(field.getPropertyName(), 60) + "\" here; known are "
                    + String.join(", ", known);
            return new Refusal.Invalid("unknown-field", path, message);
        }
        var wanted = Wanted.words(fault instanceof MismatchedInputException typed ? typed.getTargetType() : null);
        if (path.isEmpty()) {
            return new Refusal.Invalid("invalid-value", "the body is not of the right type: " + wanted, List.of());
        }
        var given = fault instanceof InvalidFormatException format
                ? "\"" + Text.shortened(String.valueOf(format.getValue()), 60) + "\" is no value of \"" + path + "\": "
                : "the value of \"" + path + "\" is not of the right type: ";
        return new Refusal.Invalid("invalid-value", path, given + wanted);
    }

    private static boolean isTrailing(MismatchedInputException fault) {
        return fault.getPath().isEmpty()
                && String.valueOf(fault.getOriginalMessage()).startsWith("Trailing token");
    }

    private static ProblemDetail malformed(StreamReadException fault) {
        var place = fault.getLocation();
        var where = place == null ? "" : " (line " + place.getLineNr() + ", column " + place.getColumnNr() + ")";
        var said = String.valueOf(fault.getOriginalMessage());
        return malformed(
                said.startsWith("Duplicate")
                        ? "the body has a field twice" + where + ": give it once"
                        : "the body is not well-formed JSON" + where);
    }

    private static ProblemDetail malformed(String sentence) {
        return Problems.of(HttpStatus.BAD_REQUEST, "malformed-json", sentence, List.of());
    }

    private static String path(JacksonException fault) {
        var path = new StringBuilder();
        fault.getPath().forEach(step -> {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        });
        return path.toString();
    }
}
