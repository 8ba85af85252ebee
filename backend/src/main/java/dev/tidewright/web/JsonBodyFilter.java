package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads JSON bodies whole, up to a bound that no honest command reaches. Uploads pass by. */
class JsonBodyFilter extends OncePerRequestFilter {

    private final ProblemWriter problems;
    private final long limit;

    JsonBodyFilter(ProblemWriter problems, long limit) {
        this.problems = problems;
        this.limit = limit;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        var type = request.getContentType();
        return type == null || !type.contains("json");
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
