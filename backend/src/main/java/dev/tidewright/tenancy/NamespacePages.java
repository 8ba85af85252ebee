package dev.tidewright.tenancy;

import dev.tidewright.cluster.Clusters;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Text;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** Namespaces as pages: the list, and each one's quota and members. */
@Controller
class NamespacePages {

    private static final int PAGE = 30;

    private final NamespaceService service;
    private final NamespaceIntake intake;
    private final Access access;
    private final Clusters clusters;

    NamespacePages(NamespaceService service, NamespaceIntake intake, Access access, Clusters clusters) {
        this.service = service;
        this.intake = intake;
        this.access = access;
        this.clusters = clusters;
    }

    @GetMapping("/namespaces")
    @PreAuthorize("@access.signedIn()")
    String list(
            @RequestParam(defaultValue = "") String q,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var words = q.strip().toLowerCase(Locale.ROOT);
        var after = Cursor.text(cursor).orElse("");
        var found = access.mine().stream()
                .map(Name::value)
                .filter(name -> name.contains(words) && name.compareTo(after) > 0)
                .limit(PAGE + 1)
                .toList();
        var slice = Slice.of(found, PAGE, name -> name);
        var self = UriComponentsBuilder.fromPath("/namespaces");
        if (!words.isEmpty()) {
            self.queryParam("q", words);
        }
        model.addAttribute("q", words);
        model.addAttribute("first", after.isEmpty() ? null : self.encode().toUriString());
        model.addAttribute(
                "next",
                slice.nextCursor() == null
                        ? null
                        : self.queryParam("cursor", slice.nextCursor()).encode().toUriString());
        model.addAttribute(
                "rows",
                slice.items().stream()
                        .map(name -> row(service.find(Name.of(name))))
                        .toList());
        model.addAttribute("mayCreate", access.isPlatformAdmin());
        model.addAttribute("standard", Limits.DEFAULT);
        model.addAttribute("clusters", clusters.states());
        return "namespaces";
    }

    @PostMapping("/namespaces")
    @PreAuthorize("@access.platformAdmin()")
    String create(
            @RequestParam String name,
            @RequestParam String description,
            @RequestParam(required = false) @Nullable Name cluster,
            LimitsForm form) {
        var created = intake.create(
                new CreateNamespace(Name.of(name.strip()), description.strip(), form.limits(Map.of()), cluster, null),
                access.actor());
        return "redirect:/ns/" + created.name() + "/settings";
    }

    @GetMapping("/ns/{ns}/settings")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String settings(@PathVariable Name ns, Model model) {
        var namespace = service.find(ns);
        model.addAttribute("namespace", row(namespace));
        model.addAttribute("version", namespace.version());
        model.addAttribute("cluster", clusters.state(namespace.cluster()));
        model.addAttribute("several", clusters.names().several());
        model.addAttribute("limits", namespace.limits());
        model.addAttribute("pickledModels", namespace.pickledModels().word());
        model.addAttribute("gpu", LimitsForm.words(namespace.limits().gpu()));
        model.addAttribute("members", service.members(ns));
        model.addAttribute("roles", Role.values());
        model.addAttribute(
                "mayManage", access.roleIn(ns).filter(Role.ADMIN::equals).isPresent());
        model.addAttribute("mayEdit", access.isPlatformAdmin());
        return "namespace";
    }

    @PostMapping("/ns/{ns}/settings")
    @PreAuthorize("@access.may(#ns, 'VIEWER') and @access.platformAdmin()")
    String change(
            @PathVariable Name ns,
            @RequestParam long version,
            @RequestParam String description,
            @RequestParam(required = false) @Nullable String pickledModels,
            LimitsForm form) {
        service.change(
                ns,
                "\"" + version + "\"",
                new ChangeNamespace(
                        description.strip(),
                        ChangeNamespace.ChangeLimits.to(form.limits(form.devices())),
                        null,
                        pickledModels == null ? null : PickledModels.of(pickledModels)),
                access.actor());
        return "redirect:/ns/" + ns + "/settings";
    }

    @PostMapping("/ns/{ns}/members")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String putMember(@PathVariable Name ns, @RequestParam String user, @RequestParam Role role) {
        service.putMember(ns, Name.of("user", user), role, access.actor());
        return "redirect:/ns/" + ns + "/settings";
    }

    @PostMapping("/ns/{ns}/members/{user}/remove")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String removeMember(@PathVariable Name ns, @PathVariable Name user) {
        service.removeMember(ns, user, access.actor());
        return "redirect:/ns/" + ns + "/settings";
    }

    @PostMapping("/ns/{ns}/delete")
    @PreAuthorize("@access.may(#ns, 'VIEWER') and @access.platformAdmin()")
    String delete(@PathVariable Name ns, @RequestParam long version, @RequestParam String typed) {
        if (!typed.equals(ns.value())) {
            throw new Refusal.Invalid("not-confirmed", "typed", "type the name " + ns + " to delete it");
        }
        service.delete(ns, "\"" + version + "\"", access.actor());
        return "redirect:/namespaces";
    }

    private Row row(Namespace namespace) {
        var quota = service.quota(namespace.name());
        return new Row(
                namespace.name().value(),
                namespace.description(),
                access.roleIn(namespace.name()).map(Role::word).orElse(""),
                quota.bars(),
                quota.holders(),
                namespace.createdAt(),
                namespace.createdBy(),
                namespace.fault(),
                namespace.aside());
    }

    /** One namespace as the list and its own page show it. */
    record Row(
            String name,
            String description,
            String role,
            List<QuotaView.Bar> bars,
            List<QuotaView.Holder> holders,
            Instant createdAt,
            String createdBy,
            Namespace.@Nullable Fault fault,
            List<String> setAside) {}

    /**
     * Limits as a form sends them.
     *
     * @param gpu {@code nvidia.com/gpu=2}, several divided by commas; null keeps what was there
     */
    record LimitsForm(
            String cpu, String memory, @Nullable String gpu, String storage, Integer jobs, Integer endpoints) {

        Limits limits(Map<String, Long> devices) {
            return Limits.of(cpu.strip(), memory.strip(), devices, storage.strip(), jobs, endpoints);
        }

        Map<String, Long> devices() {
            var devices = new TreeMap<String, Long>();
            for (var part : gpu == null ? new String[0] : gpu.split(",")) {
                if (!part.isBlank()) {
                    var pair = part.strip().split("=", 2);
                    devices.put(pair[0].strip(), count(pair.length < 2 ? "1" : pair[1].strip()));
                }
            }
            return devices;
        }

        private static long count(String text) {
            if (!text.matches("[0-9]{1,6}")) {
                throw new Refusal.Invalid(
                        "invalid-quantity",
                        "gpu",
                        "\"" + Text.shortened(text, 20) + "\" is no number of devices: write nvidia.com/gpu=2");
            }
            return Long.parseLong(text);
        }

        static String words(Map<String, Long> devices) {
            return String.join(
                    ", ",
                    devices.entrySet().stream()
                            .map(device -> device.getKey() + "=" + device.getValue())
                            .toList());
        }
    }
}
