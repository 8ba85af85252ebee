package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.springframework.http.HttpMethod;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * {@code Idempotency-Key} on JSON POSTs. The key, the effect and the answer are committed in one transaction around the
 * whole request, so that a process killed anywhere leaves either all of them or none; a second request with the same key
 * waits for the first by the row's unique index and then gets the first answer.
 */
@Component
class IdempotencyFilter extends OncePerRequestFilter {

    static final String HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final IdempotencyKeys keys;
    private final ProblemWriter problems;
    private final TransactionTemplate transaction;

    IdempotencyFilter(IdempotencyKeys keys, ProblemWriter problems, PlatformTransactionManager transactions) {
        this.keys = keys;
        this.problems = problems;
        this.transaction = new TransactionTemplate(transactions);
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !HttpMethod.POST.matches(request.getMethod())
                || request.getHeader(HEADER) == null
                // A plan has no effect that a key could stand for.
                || "true".equals(request.getParameter("dryRun"));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var key = request.getHeader(HEADER);
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !(request instanceof CachedBody json)) {
            chain.doFilter(request, response);
            return;
        }
        if (!KEY.matcher(key).matches()) {
            problems.write(
                    request,
                    response,
                    new Refusal.Malformed("invalid-idempotency-key", HEADER, "a key has 1 to 255 visible characters"));
            return;
        }
        var call = new IdempotencyKeys.Call(
                authentication.getName(), key, request.getRequestURI() + "?" + request.getQueryString(), json.body());
        var buffered = new ContentCachingResponseWrapper(response);
        try {
            transaction.executeWithoutResult(status -> {
                perform(call, json, buffered, chain);
                if (buffered.getStatus() >= 400) {
                    status.setRollbackOnly();
                }
            });
        } catch (UncheckedIOException broken) {
            throw broken.getCause();
        }
        buffered.copyBodyToResponse();
    }

    private void perform(
            IdempotencyKeys.Call call, CachedBody request, ContentCachingResponseWrapper response, FilterChain chain) {
        try {
            if (keys.begin(call)) {
                chain.doFilter(request, response);
                if (response.getStatus() < 400) {
                    keys.finish(call, response);
                }
            } else if (!keys.replay(call, response)) {
                problems.write(
                        request,
                        response,
                        new Refusal.Invalid(
                                "idempotency-key-reused",
                                HEADER,
                                "this key was used for another request: use a new key for a new request"));
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (ServletException fault) {
            throw new IllegalStateException(fault);
        }
    }
}
