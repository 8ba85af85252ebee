package dev.tidewright.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidewright.tenancy.Authentications;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.stereotype.Component;

/**
 * Passwords at the sign-in page. An unknown name costs the same time and gets the same answer as a wrong password; after
 * ten failures a name has to wait.
 */
@Component
class SignIn implements AuthenticationProvider, AuthenticationFailureHandler {

    private static final int PATIENCE = 10;

    private final Authentications authentications;
    private final PasswordEncoder passwords;
    private final String nobodysHash;

    private final Cache<String, AtomicInteger> failures = Caffeine.newBuilder()
            .maximumSize(100_000)
            .expireAfterWrite(Duration.ofMinutes(5))
            .build();

    SignIn(Authentications authentications, PasswordEncoder passwords) {
        this.authentications = authentications;
        this.passwords = passwords;
        this.nobodysHash = String.valueOf(passwords.encode("nobody has this password"));
    }

    @Override
    public Authentication authenticate(Authentication asked) {
        var name = asked.getName();
        var failed = failures.get(name, _ -> new AtomicInteger());
        if (failed.get() >= PATIENCE) {
            throw new LockedException("too many wrong passwords");
        }
        var hash = authentications.passwordHash(name);
        if (!passwords.matches(String.valueOf(asked.getCredentials()), hash.orElse(nobodysHash)) || hash.isEmpty()) {
            failed.incrementAndGet();
            throw new BadCredentialsException("wrong name or password");
        }
        failures.invalidate(name);
        return UsernamePasswordAuthenticationToken.authenticated(name, null, List.of());
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException fault)
            throws IOException {
        response.sendRedirect(
                request.getContextPath() + "/sign-in?" + (fault instanceof LockedException ? "wait" : "error"));
    }
}
