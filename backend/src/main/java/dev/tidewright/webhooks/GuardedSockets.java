package dev.tidewright.webhooks;

import dev.tidewright.webhooks.Reach.OutOfReach;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/**
 * Makes sockets that connect only to what is in reach. Asked at the socket, the address that is judged is the one that is
 * called: a name cannot mean something else a moment later.
 */
final class GuardedSockets extends SocketFactory {

    private final Reach reach;
    private final String host;

    GuardedSockets(Reach reach, String host) {
        this.reach = reach;
        this.host = host;
    }

    @Override
    public Socket createSocket() {
        return new Guarded(reach, host);
    }

    @Override
    public Socket createSocket(String to, int port) throws IOException {
        return createSocket(InetAddress.getByName(to), port);
    }

    @Override
    public Socket createSocket(String to, int port, InetAddress from, int fromPort) throws IOException {
        return createSocket(to, port);
    }

    @Override
    public Socket createSocket(InetAddress to, int port) throws IOException {
        var socket = createSocket();
        socket.connect(new InetSocketAddress(to, port));
        return socket;
    }

    @Override
    public Socket createSocket(InetAddress to, int port, InetAddress from, int fromPort) throws IOException {
        return createSocket(to, port);
    }

    private static final class Guarded extends Socket {

        private final Reach reach;
        private final String host;

        Guarded(Reach reach, String host) {
            this.reach = reach;
            this.host = host;
        }

        @Override
        public void connect(SocketAddress to) throws IOException {
            connect(to, 0);
        }

        @Override
        public void connect(SocketAddress to, int timeout) throws IOException {
            if (!(to instanceof InetSocketAddress address)
                    || address.getAddress() == null
                    || !reach.allows(host, address.getAddress())) {
                throw new OutOfReach();
            }
            super.connect(to, timeout);
        }
    }
}
