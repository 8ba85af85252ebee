package dev.tidewright.mlflow;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.web.Dialect;
import dev.tidewright.web.UnreadableBody;
import jakarta.servlet.http.HttpServletRequest;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** What the handlers of this door refuse, in MLflow's words. */
@RestControllerAdvice(basePackageClasses = MlflowAdvice.class)
@Order(-10)
class MlflowAdvice {

    private static final Logger LOG = LoggerFactory.getLogger(MlflowAdvice.class);

    private final Dialect dialect;

    MlflowAdvice(MlflowDialect dialect) {
        this.dialect = dialect;
    }

    @ExceptionHandler
    ResponseEntity<Object> on(Refusal refusal) {
        var answer = dialect.refusal(refusal);
        return ResponseEntity.status(answer.status()).body(answer.body());
    }

    @ExceptionHandler
    ResponseEntity<Object> on(HttpMessageNotReadableException unreadable) {
        var problem = UnreadableBody.problem(unreadable);
        var more = problem.getProperties();
        var ofOneField = more != null && more.containsKey("errors");
        return answer(
                ofOneField ? ErrorCode.INVALID_PARAMETER_VALUE : ErrorCode.MALFORMED_REQUEST,
                String.valueOf(problem.getDetail()));
    }

    @ExceptionHandler
    ResponseEntity<Object> on(NotOffered asked) {
        return answer(ErrorCode.ENDPOINT_NOT_FOUND, String.valueOf(asked.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<Object> on(HttpMediaTypeNotSupportedException other) {
        return answer(
                ErrorCode.INVALID_PARAMETER_VALUE, "the Content-Type must be application/json: send JSON, and say so");
    }

    @ExceptionHandler
    ResponseEntity<Object> on(MissingServletRequestParameterException missing) {
        return answer(
                ErrorCode.INVALID_PARAMETER_VALUE,
                "the parameter \"" + missing.getParameterName() + "\" is missing: give it");
    }

    @ExceptionHandler
    ResponseEntity<Object> on(MethodArgumentTypeMismatchException mismatch) {
        return answer(
                ErrorCode.INVALID_PARAMETER_VALUE,
                "\"" + Text.shortened(String.valueOf(mismatch.getValue()), 60) + "\" is no value of \""
                        + mismatch.getName() + "\"");
    }

    @ExceptionHandler
    ResponseEntity<Object> on(ConcurrencyFailureException lost) {
        return answer(
                ErrorCode.RESOURCE_CONFLICT, "somebody changed this at the same moment: read it again and repeat");
    }

    @ExceptionHandler({DataAccessResourceFailureException.class, CannotCreateTransactionException.class})
    ResponseEntity<Object> databaseAway(RuntimeException fault) {
        LOG.warn("the database cannot be reached: {}", fault.toString());
        return answer(
                ErrorCode.TEMPORARILY_UNAVAILABLE,
                "the database cannot be reached just now: try again in a few seconds");
    }

    @ExceptionHandler
    ResponseEntity<Object> on(RuntimeException fault, HttpServletRequest request) {
        var trace = UUID.randomUUID().toString();
        LOG.error("fault {} in {}", trace, request.getRequestURI(), fault);
        return answer(
                ErrorCode.INTERNAL_ERROR,
                "something is broken on our side; tell an admin of the platform this number: " + trace);
    }

    private static ResponseEntity<Object> answer(ErrorCode code, String message) {
        return ResponseEntity.status(code.status()).body(new MlflowError(code, message));
    }
}
