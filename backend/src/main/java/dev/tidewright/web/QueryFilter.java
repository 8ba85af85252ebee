package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses queries that nobody can read: wrong escapes, bytes that are no UTF-8, and NUL, which PostgreSQL's text does not
 * have. Whoever reads a parameter later would fail, each in another way.
 */
@Component
@Order(-60)
class QueryFilter extends OncePerRequestFilter {

    private final ProblemWriter problems;

    QueryFilter(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var wrong = wrong(request.getQueryString());
        if (wrong != null) {
            problems.write(request, response, new Refusal.Malformed("invalid-value", "query", wrong));
            return;
        }
        chain.doFilter(request, response);
    }

    private static @Nullable String wrong(@Nullable String query) {
        if (query == null || query.indexOf('%') < 0) {
            return null;
        }
        try {
            var bytes =
                    StringUtils.uriDecode(query, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return text.toString().indexOf('\0') < 0 ? null : "the query has a NUL character: leave it away";
        } catch (IllegalArgumentException | CharacterCodingException unreadable) {
            return "the query cannot be read: write what is not a letter, digit or one of -._~ percent-encoded, as UTF-8";
        }
    }
}
