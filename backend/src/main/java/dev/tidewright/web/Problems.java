package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import java.net.URI;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/** Refusals as RFC 9457 problems. */
final class Problems {

    private Problems() {}

    static HttpStatus status(Refusal refusal) {
        return switch (refusal) {
            case Refusal.NotFound r -> HttpStatus.NOT_FOUND;
            case Refusal.Forbidden r -> HttpStatus.FORBIDDEN;
            case Refusal.Unauthenticated r -> HttpStatus.UNAUTHORIZED;
            case Refusal.Malformed r -> HttpStatus.BAD_REQUEST;
            case Refusal.Invalid r -> HttpStatus.UNPROCESSABLE_CONTENT;
            case Refusal.Conflict r -> HttpStatus.CONFLICT;
            case Refusal.AwaitsApproval r -> HttpStatus.CONFLICT;
            case Refusal.OverQuota r -> HttpStatus.CONFLICT;
            case Refusal.Stale r -> HttpStatus.PRECONDITION_FAILED;
            case Refusal.PreconditionMissing r -> HttpStatus.PRECONDITION_REQUIRED;
            case Refusal.TooLarge r -> HttpStatus.CONTENT_TOO_LARGE;
            case Refusal.TooMany r -> HttpStatus.TOO_MANY_REQUESTS;
            case Refusal.Unavailable r -> HttpStatus.SERVICE_UNAVAILABLE;
        };
    }

    static ProblemDetail of(Refusal refusal) {
        return of(status(refusal), refusal.code(), refusal.sentence(), refusal.errors());
    }

    static ProblemDetail of(HttpStatus status, String code, String sentence, List<Refusal.FieldError> errors) {
        var problem = ProblemDetail.forStatusAndDetail(status, sentence);
        problem.setType(URI.create("/problems/" + code));
        problem.setTitle(status.getReasonPhrase());
        problem.setProperty("code", code);
        if (!errors.isEmpty()) {
            problem.setProperty("errors", errors);
        }
        return problem;
    }
}
