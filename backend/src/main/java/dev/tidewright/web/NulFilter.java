package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** PostgreSQL's text has no NUL character, so no query can be looked up with one. */
@Component
@Order(-60)
class NulFilter extends OncePerRequestFilter {

    private final ProblemWriter problems;

    NulFilter(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var query = request.getQueryString();
        if (query != null && query.contains("%00")) {
            problems.write(
                    request,
                    response,
                    new Refusal.Malformed("invalid-value", "query", "the query has a NUL character: leave it away"));
            return;
        }
        chain.doFilter(request, response);
    }
}
