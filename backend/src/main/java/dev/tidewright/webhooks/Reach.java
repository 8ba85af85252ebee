package dev.tidewright.webhooks;

import dev.tidewright.kernel.Refusal;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Which addresses may be called for whoever names a receiver: the public internet, and what an admin of the platform allows
 * besides. Everything else (this machine, its network, the cluster's, the metadata of a cloud) may be open to the platform and
 * not to that person.
 */
@Component
class Reach {

    /** What is not the public internet, or is an address within such that stands for another one. */
    private static final List<Network> CLOSED = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "168.63.129.16/32", // a cloud's own services, at a public address
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4")
            .map(Network::of)
            .toList();

    /** Of version 6 only this is given out to anybody; what is within it and not the public internet is named. */
    private static final Network GLOBAL = Network.of("2000::/3");

    private static final List<Network> CLOSED_6 = Stream.of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
            .map(Network::of)
            .toList();

    private final List<String> hosts;
    private final List<Network> networks;

    Reach(WebhookSettings settings) {
        var allowed = settings.reach().stream()
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .toList();
        this.networks =
                allowed.stream().filter(Network::looksLikeOne).map(Network::of).toList();
        this.hosts =
                allowed.stream().filter(entry -> !Network.looksLikeOne(entry)).toList();
    }

    /** Thrown in the place of a connection. */
    static final class OutOfReach extends IOException {
        OutOfReach() {
            super("the address is not in the public internet: an admin of the platform may allow its host or network in"
                    + " TIDEWRIGHT_WEBHOOK_REACH");
        }
    }

    /** @param host as the webhook names it; what it resolves to is {@code address} */
    boolean allows(String host, InetAddress address) {
        return hosts.contains(host.toLowerCase(Locale.ROOT))
                || networks.stream().anyMatch(network -> network.contains(address))
                || isPublic(address);
    }

    /** Refuses at once what needs no looking up to be known as out of reach; everything else is judged when it is called. */
    void requirePossible(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        var known = Network.looksLikeOne(name) || name.equals("localhost") || name.endsWith(".localhost");
        if (known
                && !allows(
                        name,
                        Network.of(Network.looksLikeOne(name) ? name : "127.0.0.1")
                                .address())) {
            throw new Refusal.Invalid("out-of-reach", "url", "\"" + name + "\": " + new OutOfReach().getMessage());
        }
    }

    private static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address
                ? CLOSED.stream().noneMatch(network -> network.contains(address))
                : GLOBAL.contains(address) && CLOSED_6.stream().noneMatch(network -> network.contains(address));
    }

    /** A network like {@code 10.1.0.0/16}; an address alone is one of itself. */
    record Network(byte[] base, int bits) {

        static boolean looksLikeOne(String text) {
            return text.matches("[0-9.]+(/[0-9]{1,2})?") || text.matches("[0-9a-f:.]*:[0-9a-f:.]*(/[0-9]{1,3})?");
        }

        static Network of(String text) {
            var parts = text.split("/", 2);
            try {
                // No name is looked up: it has the form of an address.
                var base = InetAddress.getByName(parts[0]).getAddress();
                var bits = parts.length == 1 ? base.length * 8 : Integer.parseInt(parts[1]);
                if (bits > base.length * 8) {
                    throw new UnknownHostException(text);
                }
                return new Network(base, bits);
            } catch (UnknownHostException malformed) {
                throw new IllegalStateException("TIDEWRIGHT_WEBHOOK_REACH names \"" + text
                        + "\", which is neither a host nor a network like 10.1.0.0/16");
            }
        }

        InetAddress address() {
            try {
                return InetAddress.getByAddress(base);
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        boolean contains(InetAddress address) {
            var other = address.getAddress();
            return other.length == base.length && prefix(other).equals(prefix(base));
        }

        private BigInteger prefix(byte[] address) {
            return new BigInteger(1, address).shiftRight(address.length * 8 - bits);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Network network && bits == network.bits && Arrays.equals(base, network.base);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(base) + bits;
        }

        @Override
        public String toString() {
            return Arrays.toString(base) + "/" + bits;
        }
    }
}
