package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Authentications;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Tokens of the API, sent as bearer tokens or, as clients of other systems do it, as the password of basic authentication. We
 * never ask a browser for a password that way, so none sends one by itself.
 */
class BearerFilter extends OncePerRequestFilter {

    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

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
        var token = header == null ? Optional.<String>empty() : token(header);
        if (token.isPresent()) {
            try {
                var caller = authentications.bearer(token.get());
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

    private static Optional<String> token(String header) {
        if (header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.of(header.substring(BEARER.length()).strip());
        }
        return header.regionMatches(true, 0, BASIC, 0, BASIC.length())
                ? password(header.substring(BASIC.length()).strip())
                : Optional.empty();
    }

    private static Optional<String> password(String credentials) {
        try {
            var text = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            return text.indexOf(':') < 0 ? Optional.empty() : Optional.of(text.substring(text.indexOf(':') + 1));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
