package dev.tidewright.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** A page that asks for its live part again gets only that part: every page names it {@code live}. */
@Configuration
class PageConfiguration implements WebMvcConfigurer {

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new LivePart());
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
                page.setViewName(view + " :: live");
                response.setHeader("Cache-Control", "no-store");
            }
        }
    }
}
