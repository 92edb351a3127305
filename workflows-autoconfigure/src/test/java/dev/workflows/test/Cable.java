package dev.workflows.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What connects a node with its database, and can be cut: every connection goes through a port of its own. */
public final class Cable implements AutoCloseable {

    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int port;
    private volatile ServerSocket entrance;
    private boolean silent;

    /** @param url of a PostgreSQL */
    public Cable(String url) throws IOException {
        URI server = URI.create(url.substring("jdbc:".length()));
        this.target = new InetSocketAddress(server.getHost(), server.getPort());
        this.entrance = listen(0);
        this.port = entrance.getLocalPort();
        OwnThread.start(this::accept);
    }

    /** The same database through this cable. */
    public String through(String url) {
        return url.replaceFirst("//[^/]+/", "//localhost:" + port + "/");
    }

    /** Connections stay open, and new ones are accepted; but nobody hears anything of the other, until it is mended. */
    public synchronized void cutSilently() {
        silent = true;
    }

    /** Connections break, and new ones are refused. */
    public synchronized void cut() throws IOException {
        entrance.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** What was sent meanwhile, and not given up, arrives now. */
    public synchronized void mend() throws IOException {
        silent = false;
        notifyAll();
        if (entrance.isClosed()) {
            entrance = listen(port);
            OwnThread.start(this::accept);
        }
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private void accept() {
        ServerSocket listening = entrance;
        try {
            while (true) {
                Socket near = listening.accept();
                Socket far = new Socket(target.getHostString(), target.getPort());
                connect(near, far, listening);
            }
        } catch (IOException e) {
            // it is cut
        }
    }

    /** Unless it has been cut since the connection was accepted: that would survive. */
    private synchronized void connect(Socket near, Socket far, ServerSocket listening) throws IOException {
        if (listening.isClosed()) {
            near.close();
            far.close();
            return;
        }
        sockets.add(near);
        sockets.add(far);
        OwnThread.start(() -> forward(near, far));
        OwnThread.start(() -> forward(far, near));
    }

    private void forward(Socket from, Socket to) {
        byte[] bytes = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int read;
            while ((read = in.read(bytes)) >= 0) {
                awaitMended();
                out.write(bytes, 0, read);
            }
            awaitMended();
        } catch (IOException e) {
            // one of the ends is gone, and so is the other now
        } finally {
            sockets.remove(from);
        }
    }

    private synchronized void awaitMended() {
        try {
            while (silent) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            mend();
            cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
