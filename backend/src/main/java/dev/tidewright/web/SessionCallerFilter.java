package dev.tidewright.web;

import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Authentications;
import dev.tidewright.tenancy.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Puts the person behind a browser session in place of the name that the session keeps, read anew at every request: a
 * disabled user is out at once.
 */
class SessionCallerFilter extends OncePerRequestFilter {

    private final Authentications authentications;
    private final boolean readingOnly;

    SessionCallerFilter(Authentications authentications, boolean readingOnly) {
        this.authentications = authentications;
        this.readingOnly = readingOnly;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication != null && isSession(authentication)) {
            var context = SecurityContextHolder.createEmptyContext();
            if (!readingOnly || reads(request)) {
                authentications
                        .session(Name.of(authentication.getName()))
                        .ifPresent(person -> context.setAuthentication(new CallerAuthentication(person)));
            }
            SecurityContextHolder.setContext(context);
        }
        chain.doFilter(request, response);
    }

    private static boolean isSession(Authentication authentication) {
        return authentication.isAuthenticated()
                && !(authentication instanceof AnonymousAuthenticationToken)
                && !(authentication.getPrincipal() instanceof Caller);
    }

    private static boolean reads(HttpServletRequest request) {
        return HttpMethod.GET.matches(request.getMethod()) || HttpMethod.HEAD.matches(request.getMethod());
    }
}
