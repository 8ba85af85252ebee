package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Authentications;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Bearer tokens of the API. */
class BearerFilter extends OncePerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final Authentications authentications;
    private final ProblemWriter problems;

    BearerFilter(Authentications authentications, ProblemWriter problems) {
        this.authentications = authentications;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            try {
                var caller =
                        authentications.bearer(header.substring(SCHEME.length()).strip());
                var context = SecurityContextHolder.createEmptyContext();
                context.setAuthentication(new CallerAuthentication(caller));
                SecurityContextHolder.setContext(context);
            } catch (Refusal refused) {
                problems.write(request, response, refused);
                return;
            } catch (DataAccessException | TransactionException away) {
                problems.write(
                        request,
                        response,
                        new Refusal.Unavailable(
                                "database-unavailable",
                                "the database cannot be reached just now: try again in a few seconds"));
                return;
            }
        }
        chain.doFilter(request, response);
    }
}
