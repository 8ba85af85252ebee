package dev.tidewright.cluster.kubernetes;

import java.util.Locale;
import java.util.regex.Pattern;

/** Why an image cannot be pulled: the telling end of what the container runtime says, and what can be done. Pure. */
final class Pulls {

    private static final Pattern STATUS =
            Pattern.compile("(?:status code \\[[^]]*]|unexpected status[^:]*): (\\d{3}[^:]*)");
    private static final Pattern UNTRUSTED = Pattern.compile("(?:x509|tls): .*");
    private static final Pattern SILENT = Pattern.compile(
            "connection refused|i/o timeout|no route to host|network is unreachable|TLS handshake timeout|"
                    + "context deadline exceeded|connection reset by peer|EOF$");
    private static final Pattern PREFIX = Pattern.compile("^rpc error: code = \\w+ desc = ");

    private static final Pattern SECRETS = Pattern.compile("\\(([^)]+)\\)");

    private Pulls() {}

    /** @param told {@code Unable to retrieve some image pull secrets (a, b); attempting to …} */
    static String missingSecret(String told) {
        var named = SECRETS.matcher(told);
        return "; its pull secret" + (named.find() ? " " + named.group(1) : "")
                + " is not in the namespace: an admin of the cluster can make it there, or leave its name out";
    }

    /** @param told what the kubelet says of it, as it stands */
    static String sentence(String image, String told) {
        return "the image " + image + " cannot be pulled: " + why(image, told.strip());
    }

    private static String why(String image, String told) {
        var registry = registry(image);
        var status = STATUS.matcher(told);
        var silent = SILENT.matcher(told);
        var untrusted = UNTRUSTED.matcher(told);
        if (told.contains("invalid reference format")) {
            return "its name is not valid" + rest(told, "invalid reference format");
        }
        if (told.contains("no match for platform")) {
            return "it is not built for the processor of the node";
        }
        if (told.contains("pull access denied")) {
            return registry + " has no such image, or gives it only to those who have credentials";
        }
        if (status.find()) {
            var answer = status.group(1).strip();
            return answer.startsWith("401") || answer.startsWith("403")
                    ? registry + " gives it only to those who have credentials (" + answer + ")"
                    : registry + " answers " + answer;
        }
        if (told.contains("no such host")) {
            return "there is no registry " + registry + " (no such host)";
        }
        if (untrusted.find()) {
            return registry + " is not trusted (" + untrusted.group() + ")";
        }
        if (silent.find()) {
            return registry + " does not answer (" + silent.group() + ")";
        }
        if (told.contains("no space left on device")) {
            return "the disk of the node is full";
        }
        if (told.endsWith(": not found") || told.toLowerCase(Locale.ROOT).contains("manifest unknown")) {
            return registry + " has no such image or tag";
        }
        return PREFIX.matcher(told).replaceFirst("");
    }

    private static String rest(String told, String after) {
        return told.substring(told.indexOf(after) + after.length());
    }

    /** As container runtimes read it: the first part of a name is a host if it looks like one. */
    private static String registry(String image) {
        var slash = image.indexOf('/');
        var first = slash < 0 ? "" : image.substring(0, slash);
        return first.contains(".") || first.contains(":") || first.equals("localhost") ? first : "docker.io";
    }
}
