package dev.tidewright.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.PathContainer;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Files that pages are drawn with are the same for everybody: here they are asked for without a cookie. Otherwise Spring
 * would read the session for each of them, and they would be away together with the database that it is in.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class PageFiles extends OncePerRequestFilter {

    static final String[] PATTERNS = {"/vendor/**", "/css/**", "/js/**", "/img/**", "/favicon.ico", "/robots.txt"};

    private static final List<PathPattern> FILES = Arrays.stream(PATTERNS)
            .map(PathPatternParser.defaultInstance::parse)
            .toList();

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        var path = PathContainer.parsePath(request.getRequestURI());
        return FILES.stream().noneMatch(file -> file.matches(path));
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public Cookie[] getCookies() {
                        return new Cookie[0];
                    }
                },
                response);
    }
}
