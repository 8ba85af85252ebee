package dev.tidewright.mlflow;

import dev.tidewright.kernel.Refusal;
import org.springframework.http.HttpStatus;

/** MLflow's error codes with the status of each. Clients repeat a call after 429 and 5xx, so no refusal has one of those. */
enum ErrorCode {
    INVALID_PARAMETER_VALUE(HttpStatus.BAD_REQUEST),
    MALFORMED_REQUEST(HttpStatus.BAD_REQUEST),
    RESOURCE_ALREADY_EXISTS(HttpStatus.BAD_REQUEST),
    INVALID_STATE(HttpStatus.BAD_REQUEST),
    UNAUTHENTICATED(HttpStatus.UNAUTHORIZED),
    PERMISSION_DENIED(HttpStatus.FORBIDDEN),
    RESOURCE_DOES_NOT_EXIST(HttpStatus.NOT_FOUND),
    ENDPOINT_NOT_FOUND(HttpStatus.NOT_FOUND),
    RESOURCE_CONFLICT(HttpStatus.CONFLICT),
    REQUEST_LIMIT_EXCEEDED(HttpStatus.TOO_MANY_REQUESTS),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR),
    TEMPORARILY_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE);

    private final HttpStatus status;

    ErrorCode(HttpStatus status) {
        this.status = status;
    }

    HttpStatus status() {
        return status;
    }

    static ErrorCode of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.NotFound r -> RESOURCE_DOES_NOT_EXIST;
            case Refusal.Forbidden r -> PERMISSION_DENIED;
            case Refusal.AwaitsApproval r -> PERMISSION_DENIED;
            case Refusal.Unauthenticated r -> UNAUTHENTICATED;
            case Refusal.Malformed r -> INVALID_PARAMETER_VALUE;
            case Refusal.Invalid r -> INVALID_PARAMETER_VALUE;
            case Refusal.TooLarge r -> INVALID_PARAMETER_VALUE;
            case Refusal.Conflict r -> r.code().endsWith("-exists") ? RESOURCE_ALREADY_EXISTS : RESOURCE_CONFLICT;
            case Refusal.OverQuota r -> RESOURCE_CONFLICT;
            case Refusal.Stale r -> RESOURCE_CONFLICT;
            case Refusal.PreconditionMissing r -> RESOURCE_CONFLICT;
            case Refusal.TooMany r -> REQUEST_LIMIT_EXCEEDED;
            case Refusal.Unavailable r -> TEMPORARILY_UNAVAILABLE;
        };
    }

    /** The nearest for what the server itself has answered. */
    static ErrorCode of(HttpStatus status) {
        return switch (status) {
            case UNAUTHORIZED -> UNAUTHENTICATED;
            case FORBIDDEN -> PERMISSION_DENIED;
            case NOT_FOUND, METHOD_NOT_ALLOWED -> ENDPOINT_NOT_FOUND;
            case SERVICE_UNAVAILABLE -> TEMPORARILY_UNAVAILABLE;
            default -> status.is5xxServerError() ? INTERNAL_ERROR : INVALID_PARAMETER_VALUE;
        };
    }
}
