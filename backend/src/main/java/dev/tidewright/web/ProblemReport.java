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
 * be read. The server makes it by its name, so it knows no bean; its answers look like those of {@link ProblemWriter}.
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
        var code = status < 500 ? "malformed-request" : "internal";
        var title = status < 500 ? "Bad Request" : "Internal Server Error";
        var detail = status < 500
                ? "the request's address or a header of it cannot be read: write what is not a letter, digit or one of"
                        + " -._~ percent-encoded (a space is %20), and keep the headers below 8 KiB"
                : "something is broken on our side; try again";
        return """
                {"type":"/problems/%s","title":"%s","status":%d,"code":"%s","detail":"%s"}
                """.formatted(code, title, status, code, detail);
    }
}
