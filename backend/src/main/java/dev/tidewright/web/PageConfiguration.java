package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * A page that asks for its live part again gets only that part: the element whose id is {@code live}. Nothing around it
 * is evaluated then, so it must not lean on variables of its ancestors.
 */
@Configuration
class PageConfiguration implements WebMvcConfigurer {

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new LivePart());
        // Not of the API: there the body of an upload may be declared a form (as curl does), and is not to be read
        // here.
        registry.addInterceptor(new NulInForms()).excludePathPatterns("/api/**", "/error");
    }

    /** What {@link NulBody} is for JSON. */
    private static final class NulInForms implements HandlerInterceptor {

        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            request.getParameterMap().forEach((field, values) -> {
                if (field.indexOf('\0') >= 0 || Arrays.stream(values).anyMatch(value -> value.indexOf('\0') >= 0)) {
                    var name = field.replace("\0", "");
                    throw new Refusal.Invalid(
                            "invalid-value", name, "\"" + name + "\" has a NUL character: leave it away");
                }
            });
            return true;
        }
    }

    private static final class LivePart implements HandlerInterceptor {

        @Override
        public void postHandle(
                HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable ModelAndView page) {
            var target = request.getHeader("HX-Target");
            if (page == null || target == null || !target.endsWith("#live")) {
                return;
            }
            var view = page.getViewName();
            if (view != null && !view.startsWith("redirect:") && !view.contains("::")) {
                page.setViewName(view + " :: #live");
                response.setHeader("Cache-Control", "no-store");
            }
        }
    }
}
