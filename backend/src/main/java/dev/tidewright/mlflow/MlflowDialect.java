package dev.tidewright.mlflow;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.web.Dialect;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Refusals in MLflow's words. */
@Component
class MlflowDialect implements Dialect {

    @Override
    public boolean speaksAt(String path) {
        return path.startsWith("/api/2.0/") || path.startsWith("/api/3.0/");
    }

    @Override
    public Answer refusal(Refusal refusal) {
        return answer(ErrorCode.of(refusal), refusal.sentence());
    }

    @Override
    public Answer fault(HttpStatus status, String sentence) {
        return answer(ErrorCode.of(status), sentence);
    }

    private static Answer answer(ErrorCode code, String message) {
        return new Answer(code.status(), new MlflowError(code, message));
    }
}
