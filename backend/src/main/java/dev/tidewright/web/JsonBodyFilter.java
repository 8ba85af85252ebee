package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Reads JSON bodies whole, up to a bound that no honest command reaches. Files pass by, JSON files too. */
class JsonBodyFilter extends OncePerRequestFilter {

    /** Where the body is a file, whatever type it has. */
    private static final List<PathPattern> FILES = Stream.of(
                    "/api/v1/namespaces/{ns}/uploads",
                    "/api/v1/runtime/jobs/{id}/attempts/{number}/artifacts/{*path}",
                    "/api/2.0/mlflow-artifacts/artifacts/{*path}",
                    "/api/2.0/mlflow-artifacts/mpu/parts/{upload}/{number}")
            .map(PathPatternParser.defaultInstance::parse)
            .toList();

    private final ProblemWriter problems;
    private final long limit;

    JsonBodyFilter(ProblemWriter problems, long limit) {
        this.problems = problems;
        this.limit = limit;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        var type = request.getContentType();
        if (type == null || !type.contains("json")) {
            return true;
        }
        var path = PathContainer.parsePath(request.getRequestURI());
        return FILES.stream().anyMatch(file -> file.matches(path));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var body = request.getContentLengthLong() > limit
                ? null
                : request.getInputStream().readNBytes((int) limit + 1);
        if (body == null || body.length > limit) {
            problems.write(
                    request,
                    response,
                    new Refusal.TooLarge("a JSON body has at most " + limit + " bytes; send files as uploads"));
            return;
        }
        chain.doFilter(new CachedBody(request, body), response);
    }
}
