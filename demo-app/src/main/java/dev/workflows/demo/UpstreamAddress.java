package dev.workflows.demo;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;

/**
 * The URL of the upstream: {@code demo.upstream.url}, or that of the {@link FlakyUpstream} in this application. The
 * latter is known when the web server listens, and instances that continue at start-up may have to wait for that.
 */
@Component
class UpstreamAddress {

    private static final int PATIENCE_SECONDS = 20;

    private final CompletableFuture<String> url = new CompletableFuture<>();

    UpstreamAddress(@Value("${demo.upstream.url:#{null}}") @Nullable URI configured) {
        if (configured != null) {
            url.complete(StringUtils.trimTrailingCharacter(configured.toString(), '/'));
        }
    }

    @EventListener
    void listening(WebServerInitializedEvent event) {
        url.complete("http://localhost:" + event.getWebServer().getPort() + "/upstream");
    }

    String get() {
        try {
            return url.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UpstreamException("interrupted while waiting for the upstream's address");
        } catch (ExecutionException | TimeoutException e) {
            throw new UpstreamException("the upstream has no address: set demo.upstream.url");
        }
    }
}
