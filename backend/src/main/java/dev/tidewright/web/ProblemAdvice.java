package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.tomcat.util.http.InvalidParameterException;
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
import org.springframework.validation.FieldError;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.multipart.MultipartException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

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

    /** A body that breaks a rule of its command is 422; a query that cannot be read into its record is 400. */
    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException invalid, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var unreadable = invalid.getBindingResult().getFieldErrors().stream()
                .filter(FieldError::isBindingFailure)
                .findFirst();
        if (unreadable.isPresent()) {
            var error = unreadable.get();
            var mismatch =
                    error.contains(TypeMismatchException.class) ? error.unwrap(TypeMismatchException.class) : null;
            return answer(
                    Problems.of(malformed(
                            error.getField(),
                            mismatch == null ? null : mismatch.getRequiredType(),
                            error.getRejectedValue(),
                            mismatch)),
                    request);
        }
        var errors = invalid.getBindingResult().getFieldErrors().stream()
                .map(error -> new Refusal.FieldError(error.getField(), String.valueOf(error.getDefaultMessage())))
                // The validator finds them in another order each time.
                .sorted(Comparator.comparing(Refusal.FieldError::field).thenComparing(Refusal.FieldError::message))
                .toList();
        var sentence = errors.isEmpty()
                ? "the request is not valid"
                : errors.getFirst().field() + " " + errors.getFirst().message();
        return answer(Problems.of(HttpStatus.UNPROCESSABLE_CONTENT, "invalid", sentence, errors), request);
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return answer(UnreadableBody.problem(unreadable), request);
    }

    /** What stands in the address or a header is told as malformed, in our words where the value is one of ours. */
    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException mismatch, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var field = String.valueOf(mismatch.getPropertyName());
        return answer(
                Problems.of(malformed(field, mismatch.getRequiredType(), mismatch.getValue(), mismatch)), request);
    }

    @ExceptionHandler({MultipartException.class, InvalidParameterException.class})
    @Nullable
    ResponseEntity<Object> unreadable(RuntimeException cut, WebRequest request) {
        return answer(
                Problems.of(new Refusal.Malformed(
                        "malformed-form",
                        "body",
                        "the body cannot be read as the form that it is declared to be: send it again, whole; a file is"
                                + " sent with Content-Type: application/octet-stream")),
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException missing,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        var name = missing.getParameterName();
        return answer(
                Problems.of(new Refusal.Malformed(
                        "missing-parameter", name, "the query parameter \"" + name + "\" is missing: give it")),
                request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMediaTypeNotSupported(
            HttpMediaTypeNotSupportedException other, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var problem = Problems.of(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Content-Type " + other.getContentType() + " is not taken here: send Content-Type: application/json",
                List.of());
        return answer(problem, request);
    }

    private static Refusal malformed(
            String field, @Nullable Class<?> type, @Nullable Object value, @Nullable Throwable fault) {
        var ours = UnreadableBody.refusalIn(fault);
        return ours.map(refusal -> new Refusal.Malformed(refusal.code(), field, refusal.sentence()))
                .orElseGet(() -> new Refusal.Malformed(
                        "invalid-value",
                        field,
                        "\"" + Text.shortened(String.valueOf(value), 60) + "\" is no value of \"" + field + "\": "
                                + Wanted.words(type)));
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
