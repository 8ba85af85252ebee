package dev.tidewright.web;

import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Authentications;
import jakarta.servlet.DispatcherType;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.HttpSessionRequestCache;

/**
 * Two doors. The API takes bearer tokens and, for reading only, the browser's session (no CSRF token is needed where
 * nothing changes). Pages take the session, with CSRF protection. What a caller may do is said at every handler.
 */
@Configuration
@EnableMethodSecurity
class SecurityConfiguration {

    /** Everything from our own origin, nothing inline. */
    static final String CONTENT_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    @Bean
    PasswordEncoder passwordEncoder() {
        return PasswordEncoderFactories.createDelegatingPasswordEncoder();
    }

    /** Requests are observed as a whole; a span for each of the fifteen security filters costs more than it tells. */
    @Bean
    static SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    /** A file may have a percent sign in its name: what its path means decoded once more is looked at where files are kept. */
    @Bean
    static HttpFirewall firewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowUrlEncodedPercent(true);
        return firewall;
    }

    @Bean
    @Order(1)
    SecurityFilterChain api(HttpSecurity http, Authentications authentications, Access access, ProblemWriter problems)
            throws Exception {
        return // What MLflow's pages ask besides is answered as the API answers, not by a page to sign in.
        http.securityMatcher("/api/**", "/actuator/**", "/ajax-api/**", "/graphql", "/get-artifact")
                .authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.ASYNC)
                        .permitAll()
                        .requestMatchers(
                                "/actuator/health/**", "/actuator/info", "/api/v1/openapi/**", "/api/v1/openapi")
                        .permitAll()
                        // Meters tell the traffic of everybody.
                        .requestMatchers("/actuator/**")
                        .access((caller, request) -> new AuthorizationDecision(
                                caller.get() instanceof CallerAuthentication && access.seesAll()))
                        .anyRequest()
                        .authenticated())
                .csrf(csrf -> csrf.disable())
                .requestCache(cache -> cache.disable())
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.NEVER))
                .exceptionHandling(
                        answers -> answers.authenticationEntryPoint(problems).accessDeniedHandler(problems))
                .addFilterBefore(new BearerFilter(authentications, problems), AuthorizationFilter.class)
                .addFilterBefore(new SessionCallerFilter(authentications, true), AuthorizationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY)))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain pages(HttpSecurity http, Authentications authentications, SignIn signIn) throws Exception {
        return http.authorizeHttpRequests(requests -> requests.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.ASYNC, DispatcherType.FORWARD)
                        .permitAll()
                        .requestMatchers(PageFiles.PATTERNS)
                        .permitAll()
                        .requestMatchers("/sign-in", "/error", "/health", "/version")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .authenticationProvider(signIn)
                .formLogin(form -> form.loginPage("/sign-in")
                        .loginProcessingUrl("/sign-in")
                        .defaultSuccessUrl("/", false)
                        .failureHandler(signIn))
                .logout(logout -> logout.logoutUrl("/sign-out").logoutSuccessUrl("/sign-in?out"))
                .csrf(Customizer.withDefaults())
                .requestCache(cache -> cache.requestCache(pagesToReturnTo()))
                .addFilterBefore(new SessionCallerFilter(authentications, false), AuthorizationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.SAME_ORIGIN)))
                .build();
    }

    /** After the sign-in somebody goes back to a page, not to a piece of a log or an event stream that it had asked for. */
    private static HttpSessionRequestCache pagesToReturnTo() {
        var pages = new HttpSessionRequestCache();
        pages.setRequestMatcher(request -> HttpMethod.GET.matches(request.getMethod())
                && String.valueOf(request.getHeader(HttpHeaders.ACCEPT)).contains(MediaType.TEXT_HTML_VALUE));
        return pages;
    }

    /** After security (order -100), so that a key belongs to a caller. */
    @Bean
    FilterRegistrationBean<JsonBodyFilter> jsonBody(ProblemWriter problems, WebSettings settings) {
        var registration = new FilterRegistrationBean<>(
                new JsonBodyFilter(problems, settings.maxJson().toBytes()));
        registration.addUrlPatterns("/api/*");
        registration.setOrder(-50);
        return registration;
    }

    @Bean
    FilterRegistrationBean<IdempotencyFilter> idempotency(IdempotencyFilter filter) {
        var registration = new FilterRegistrationBean<>(filter);
        registration.addUrlPatterns("/api/*");
        registration.setOrder(-40);
        return registration;
    }
}
