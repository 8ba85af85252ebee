package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.validation.BindException;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.ModelAndView;

/** Refusals and faults as a person sees them: an error page, or a fragment where htmx asked. */
@ControllerAdvice(annotations = Controller.class)
@Order(10)
class PageErrors {

    private static final Logger LOG = LoggerFactory.getLogger(PageErrors.class);

    @ExceptionHandler
    ModelAndView on(Refusal refusal, HttpServletRequest request) {
        return page(request, Problems.status(refusal), refusal.code(), words(refusal), refusal.errors());
    }

    @ExceptionHandler
    ModelAndView on(TypeMismatchException mismatch, HttpServletRequest request) {
        for (Throwable cause = mismatch; cause != null; cause = cause.getCause()) {
            if (cause instanceof Refusal) {
                return page(request, HttpStatus.NOT_FOUND, "not-found", "there is nothing at this address", List.of());
            }
        }
        if (mismatch instanceof MethodArgumentTypeMismatchException named
                && named.getParameter().hasParameterAnnotation(RequestParam.class)) {
            var message = "\"" + Text.shortened(String.valueOf(mismatch.getValue()), 60) + "\" is not valid: "
                    + Wanted.words(mismatch.getRequiredType());
            var errors = List.of(new Refusal.FieldError(named.getName(), message));
            return page(request, HttpStatus.UNPROCESSABLE_CONTENT, "invalid-value", message, errors);
        }
        return page(request, HttpStatus.BAD_REQUEST, "invalid-value", "the address is not well-formed", List.of());
    }

    /** A field of a form that is no number, date or choice at all. */
    @ExceptionHandler
    ModelAndView on(BindException unreadable, HttpServletRequest request) {
        var errors = unreadable.getFieldErrors().stream()
                .map(error -> new Refusal.FieldError(error.getField(), sentence(error)))
                .toList();
        var sentence = errors.isEmpty()
                ? "the form cannot be read"
                : errors.getFirst().field() + ": " + errors.getFirst().message();
        return page(request, HttpStatus.UNPROCESSABLE_CONTENT, "invalid-value", sentence, errors);
    }

    @ExceptionHandler
    ModelAndView on(RuntimeException fault, HttpServletRequest request) {
        if (DatabaseAwayFilter.isAway(fault)) {
            throw fault; // no page of ours can be shown without it
        }
        var trace = UUID.randomUUID().toString();
        LOG.error("fault {} in {}", trace, request.getRequestURI(), fault);
        return page(
                request,
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal",
                "something is broken on our side; tell an admin of the platform this number: " + trace,
                List.of());
    }

    static ModelAndView page(
            HttpServletRequest request,
            HttpStatus status,
            String code,
            String sentence,
            List<Refusal.FieldError> errors) {
        // A sentence that only repeats the first field's is left to the list of fields.
        var repeats = !errors.isEmpty() && sentence.startsWith(errors.getFirst().field() + ": ");
        var told = repeats ? "" : sentence;
        var view = request.getHeader("HX-Request") == null ? "error" : "parts/form :: refusal";
        return new ModelAndView(
                view, Map.of("status", status.value(), "code", code, "sentence", told, "errors", errors), status);
    }

    /** What the API says of ETags means nothing to who sees a page. */
    private static String words(Refusal refusal) {
        return refusal instanceof Refusal.Stale
                ? "somebody changed this since you opened the page: load it again and repeat your change"
                : refusal.sentence();
    }

    private static String sentence(FieldError error) {
        var mismatch = error.contains(TypeMismatchException.class) ? error.unwrap(TypeMismatchException.class) : null;
        return mismatch == null
                ? String.valueOf(error.getDefaultMessage())
                : "\"" + Text.shortened(String.valueOf(error.getRejectedValue()), 60) + "\" is not valid: "
                        + Wanted.words(mismatch.getRequiredType());
    }
}
