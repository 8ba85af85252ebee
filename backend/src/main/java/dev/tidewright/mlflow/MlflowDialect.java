package dev.tidewright.mlflow;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.web.Dialect;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Refusals in MLflow's words. */
@Component
class MlflowDialect implements Dialect {

    private static final List<String> BEGINNINGS =
            List.of("/api/2.0/", "/api/2.1/", "/api/3.0/", "/ajax-api/", "/graphql", "/get-artifact");

    @Override
    public boolean speaksAt(String path) {
        return BEGINNINGS.stream().anyMatch(path::startsWith);
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
