package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.annotation.Order;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Answers the API's refusals and faults as problem+json. The answers to pages are {@code PageErrors}' business. */
@RestControllerAdvice(annotations = org.springframework.web.bind.annotation.RestController.class)
@Order(0)
class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    @ExceptionHandler
    ResponseEntity<Object> on(Refusal refusal, WebRequest request) {
        return answer(Problems.of(refusal), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(ConcurrencyFailureException lost, WebRequest request) {
        return answer(
                Problems.of(
                        HttpStatus.CONFLICT,
                        "changed-meanwhile",
                        "somebody changed this at the same moment: read it again and repeat",
                        List.of()),
                request);
    }

    @ExceptionHandler({DataAccessResourceFailureException.class, CannotCreateTransactionException.class})
    ResponseEntity<Object> databaseAway(RuntimeException fault, WebRequest request) {
        LOG.warn("the database cannot be reached: {}", fault.toString());
        return answer(
                Problems.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "database-unavailable",
                        "the database cannot be reached just now: try again in a few seconds",
                        List.of()),
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> on(RuntimeException fault, WebRequest request) {
        var trace = UUID.randomUUID().toString();
        LOG.error(
                "fault {} in {}",
                trace,
                ((ServletWebRequest) request).getRequest().getRequestURI(),
                fault);
        var problem = Problems.of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal",
                "something is broken on our side; tell an admin of the platform this number: " + trace,
                List.of());
        problem.setProperty("traceId", trace);
        return answer(problem, request);
    }

    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException invalid, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var errors = new ArrayList<Refusal.FieldError>();
        invalid.getBindingResult()
                .getFieldErrors()
                .forEach(error -> errors.add(
                        new Refusal.FieldError(error.getField(), String.valueOf(error.getDefaultMessage()))));
        var sentence = errors.isEmpty()
                ? "the request is not valid"
                : errors.getFirst().field() + " " + errors.getFirst().message();
        return answer(Problems.of(HttpStatus.UNPROCESSABLE_CONTENT, "invalid", sentence, errors), request);
    }

    /** Bad JSON: where the fault is one of ours (a name, a quantity), it is told in our words. */
    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var ours = refusalIn(unreadable);
        if (ours.isPresent()) {
            return answer(Problems.of(located(ours.get(), unreadable)), request);
        }
        for (Throwable cause = unreadable; cause != null; cause = cause.getCause()) {
            if (cause instanceof StreamConstraintsException) {
                return answer(
                        Problems.of(new Refusal.TooLarge("the JSON is too deep or too long to be meant")), request);
            }
            if (cause instanceof DatabindException mistyped) {
                return answer(mistyped(mistyped), request);
            }
            if (cause instanceof InputCoercionException) {
                return answer(
                        Problems.of(
                                HttpStatus.UNPROCESSABLE_CONTENT,
                                "invalid-value",
                                "a number in the body is too large to be meant",
                                List.of()),
                        request);
            }
        }
        return answer(
                Problems.of(HttpStatus.BAD_REQUEST, "malformed-json", "the body is not well-formed JSON", List.of()),
                request);
    }

    private static ProblemDetail mistyped(DatabindException fault) {
        var unknown = fault instanceof UnrecognizedPropertyException;
        var message = fault instanceof UnrecognizedPropertyException field
                ? "there is no field \"" + field.getPropertyName() + "\" here; known are " + field.getKnownPropertyIds()
                : "the value of \"" + path(fault) + "\" is not of the right type";
        return Problems.of(
                HttpStatus.UNPROCESSABLE_CONTENT,
                unknown ? "unknown-field" : "invalid-value",
                message,
                List.of(new Refusal.FieldError(path(fault), message)));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException mismatch, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var ours = refusalIn(mismatch);
        if (ours.isPresent()) {
            return answer(Problems.of(ours.get()), request);
        }
        var field = String.valueOf(mismatch.getPropertyName());
        return answer(
                Problems.of(
                        HttpStatus.BAD_REQUEST,
                        "invalid-value",
                        "the value of \"" + field + "\" is not of the right type",
                        List.of(new Refusal.FieldError(field, "not of the right type"))),
                request);
    }

    /** Spring's own refusals (405, 406, 415, missing parameter …) get a code like ours. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception fault, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var detail = body == null && fault instanceof ErrorResponse carrier ? carrier.getBody() : body;
        if (detail instanceof ProblemDetail problem) {
            var known = HttpStatus.valueOf(status.value());
            var code = known.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            problem.setType(java.net.URI.create("/problems/" + code));
            problem.setProperty("code", code);
        }
        return super.handleExceptionInternal(fault, detail, headers, status, request);
    }

    private static Optional<Refusal> refusalIn(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof Refusal refusal) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }

    private static Refusal located(Refusal refusal, Throwable unreadable) {
        for (Throwable cause = unreadable; cause != null; cause = cause.getCause()) {
            if (cause instanceof DatabindException where && refusal instanceof Refusal.Invalid invalid) {
                var path = path(where);
                return path.isEmpty() ? invalid : new Refusal.Invalid(invalid.code(), path, invalid.sentence());
            }
        }
        return refusal;
    }

    private static String path(DatabindException fault) {
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

    private static ResponseEntity<Object> answer(ProblemDetail problem, WebRequest request) {
        if (request instanceof ServletWebRequest web) {
            HttpServletRequest http = web.getRequest();
            problem.setInstance(java.net.URI.create(http.getRequestURI()));
        }
        var headers = new HttpHeaders();
        if (problem.getStatus() == HttpStatus.SERVICE_UNAVAILABLE.value()
                || problem.getStatus() == HttpStatus.TOO_MANY_REQUESTS.value()) {
            headers.set(HttpHeaders.RETRY_AFTER, "2");
        }
        if (problem.getStatus() == HttpStatus.UNAUTHORIZED.value()) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"tidewright\"");
        }
        return new ResponseEntity<>(problem, headers, problem.getStatus());
    }
}
