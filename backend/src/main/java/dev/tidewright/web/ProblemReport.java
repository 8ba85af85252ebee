package dev.tidewright.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * What is answered where not even the application was reached: an address with illegal characters, a header that cannot
 * be read. The server makes it by its name, so it knows no bean; its answers look like those of {@link ProblemWriter}, and
 * say the same in MLflow's words too: which address was meant may not be readable.
 */
public class ProblemReport extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable fault) {
        var status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        try {
            response.setContentType("application/problem+json");
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.getOutputStream().write(problem(status).getBytes(StandardCharsets.UTF_8));
            response.finishResponse();
        } catch (IllegalStateException alreadyTaken) {
            // Somebody has begun to write: what is there stays.
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static String problem(int status) {
        return switch (status) {
            case 501, 505 ->
                problem(
                        status,
                        "not-supported",
                        "Not Supported",
                        "NOT_IMPLEMENTED",
                        "this server speaks HTTP/1.1 and no other encoding of bodies");
            case 500, 502, 503, 504 ->
                problem(
                        status,
                        "internal",
                        "Internal Server Error",
                        "INTERNAL_ERROR",
                        "something is broken on our side; try again");
            default ->
                problem(
                        status,
                        "malformed-request",
                        "Bad Request",
                        "INVALID_PARAMETER_VALUE",
                        "the request's address or a header of it cannot be read: write what is not a letter, digit or one"
                                + " of -._~ percent-encoded (a space is %20), and keep the headers below 64 KiB");
        };
    }

    private static String problem(int status, String code, String title, String mlflow, String detail) {
        return """
                {"type":"/problems/%s","title":"%s","status":%d,"code":"%s","detail":"%s","error_code":"%s","message":"%s"}
                """.formatted(code, title, status, code, detail, mlflow, detail);
    }
}
