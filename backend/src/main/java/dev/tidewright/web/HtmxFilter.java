package dev.tidewright.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets controllers redirect without knowing who asks: fetch() would follow a redirect unseen and put a whole page into a
 * fragment's place, so htmx is told to go there itself. Comes before security, whose redirect to the sign-in counts too.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
class HtmxFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, "true".equals(request.getHeader("HX-Request")) ? new Redirected(response) : response);
    }

    private static final class Redirected extends HttpServletResponseWrapper {

        Redirected(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void sendRedirect(String location) throws IOException {
            sendRedirect(location, SC_FOUND, true);
        }

        @Override
        public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
            if (clearBuffer) {
                resetBuffer();
            }
            setStatus(SC_OK);
            setHeader("HX-Redirect", location);
            flushBuffer();
        }
    }
}
