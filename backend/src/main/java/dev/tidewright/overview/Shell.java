package dev.tidewright.overview;

import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Caller;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.QuotaView;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.HandlerMapping;

/**
 * What the frame of every page shows: who is signed in, which namespace this is, how full it is. The layout asks for it
 * as {@code @shell}, so that error pages have the same frame as all others.
 */
@Component("shell")
public class Shell {

    /** The menu is for changing quickly between a few; all others are one step further. */
    private static final int MENU = 11;

    private final Access access;
    private final Namespaces namespaces;
    private final Board board;
    private final String version;

    Shell(Access access, Namespaces namespaces, Board board, ObjectProvider<BuildProperties> build) {
        this.access = access;
        this.namespaces = namespaces;
        this.board = board;
        var properties = build.getIfAvailable();
        var known = properties == null ? null : properties.getVersion();
        this.version = known == null ? "development" : known;
    }

    public Frame now() {
        if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)) {
            return new Frame(null, null, List.of(), null, "", false, List.of(), 0, 0, version, "");
        }
        var request = attributes.getRequest();
        var theme = theme(request);
        var server = request.getScheme() + "://" + request.getServerName()
                + (request.getServerPort() == 80 || request.getServerPort() == 443
                        ? ""
                        : ":" + request.getServerPort());
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null || !(authentication.getPrincipal() instanceof Caller.Person person)) {
            return new Frame(null, theme, List.of(), null, "", false, List.of(), 0, 0, version, server);
        }
        var mine = access.mine();
        var current = here(request, mine);
        var here = current == null ? null : place(current);
        var menu =
                mine.stream().filter(name -> !name.equals(current)).limit(MENU).map(this::place);
        return new Frame(
                person.name().value(),
                theme,
                Stream.concat(Stream.ofNullable(here), menu).toList(),
                here == null ? null : here.name(),
                here == null ? "" : here.role(),
                access.isPlatformAdmin(),
                here == null ? List.of() : pill(Name.of(here.name())),
                here == null ? 0 : board.activeJobs(Name.of(here.name())),
                here == null ? 0 : board.troubled(Name.of(here.name())),
                version,
                server);
    }

    /** The parts that people run into first: processors and devices. */
    private List<QuotaView.Bar> pill(Name ns) {
        return namespaces.quota(ns).bars().stream()
                .filter(bar -> bar.resource().equals("cpu") || bar.resource().contains("/"))
                .limit(3)
                .toList();
    }

    private String roleIn(Name name) {
        return access.roleIn(name).map(role -> role.word()).orElse("");
    }

    private Place place(Name name) {
        return new Place(name.value(), access.isPlatformAdmin() ? "admin" : roleIn(name));
    }

    private static @Nullable Name here(HttpServletRequest request, List<Name> mine) {
        var variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        var named = variables instanceof Map<?, ?> map && map.get("ns") instanceof String ns
                ? ns
                : request.getParameter("ns");
        var found = mine.stream().filter(name -> name.value().equals(named)).findFirst();
        return found.orElse(mine.isEmpty() ? null : mine.getFirst());
    }

    private static @Nullable String theme(HttpServletRequest request) {
        var cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals("theme") && cookie.getValue().matches("light|dark")) {
                    return cookie.getValue();
                }
            }
        }
        return null;
    }

    /** A namespace in the menu. */
    public record Place(String name, String role) {}

    /**
     * The frame.
     *
     * @param user null when nobody is signed in
     * @param theme {@code light}, {@code dark}, or null: as the system says
     * @param ns the namespace the page is in; null when the user has none
     */
    public record Frame(
            @Nullable String user,
            @Nullable String theme,
            List<Place> namespaces,
            @Nullable String ns,
            String role,
            boolean platformAdmin,
            List<QuotaView.Bar> quota,
            long activeJobs,
            long troubledEndpoints,
            String version,
            String server) {}
}
