package dev.tidewright.web;

import dev.tidewright.tenancy.Authentications;
import dev.tidewright.tenancy.WrongPasswords;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
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

    private final Authentications authentications;
    private final PasswordEncoder passwords;
    private final String nobodysHash;
    private final WrongPasswords wrongPasswords;

    SignIn(Authentications authentications, PasswordEncoder passwords, WrongPasswords wrongPasswords) {
        this.wrongPasswords = wrongPasswords;
        this.authentications = authentications;
        this.passwords = passwords;
        this.nobodysHash = String.valueOf(passwords.encode("nobody has this password"));
    }

    @Override
    public Authentication authenticate(Authentication asked) {
        var name = asked.getName();
        if (wrongPasswords.tooMany(name)) {
            throw new LockedException("too many wrong passwords");
        }
        var hash = authentications.passwordHash(name);
        if (!passwords.matches(String.valueOf(asked.getCredentials()), hash.orElse(nobodysHash)) || hash.isEmpty()) {
            wrongPasswords.note(name);
            throw new BadCredentialsException("wrong name or password");
        }
        wrongPasswords.forget(name);
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
