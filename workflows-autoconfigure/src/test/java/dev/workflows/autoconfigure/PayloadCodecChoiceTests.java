package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.PayloadCodec;
import dev.workflows.PayloadContext;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Which codec an application's payloads are stored with. */
class PayloadCodecChoiceTests {

    static class Unchanged implements PayloadCodec {

        @Override
        public String encode(String json, PayloadContext context) {
            return json;
        }

        @Override
        public String decode(String stored, PayloadContext context) {
            return stored;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Two {

        @Bean
        PayloadCodec first() {
            return new Unchanged();
        }

        @Bean
        PayloadCodec second() {
            return new Unchanged();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneInFrontOfAnother {

        @Bean
        PayloadCodec inner() {
            return new Unchanged();
        }

        @Bean
        @Primary
        PayloadCodec outer(PayloadCodec inner) {
            return inner;
        }
    }

    @Test
    void refusesSeveralCodecs() {
        StartUp.withoutDatabase(Two.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(StartUp.explanation(context.getStartupFailure()))
                    .contains("There are several PayloadCodec beans, \"first\" and \"second\"")
                    .contains("Action: Keep one, or mark the one that calls the others as @Primary.");
        });
    }

    @Test
    void takesTheOneInFrontOfOthers() {
        StartUp.withoutDatabase(OneInFrontOfAnother.class)
                .run(context -> assertThat(context).hasNotFailed());
    }
}
