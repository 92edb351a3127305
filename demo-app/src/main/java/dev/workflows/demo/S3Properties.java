package dev.workflows.demo;

import jakarta.validation.constraints.NotBlank;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The bucket of profile "s3".
 *
 * @param bucket its name; it must exist
 * @param endpoint where the store answers; none for Amazon's own
 * @param region "auto" for R2
 * @param accessKeyId none to look for credentials where the AWS SDK does
 * @param secretAccessKey belongs to the access key id
 * @param pathStyle whether the bucket's name is part of the path instead of the host
 * @param timeout how long a call may take
 */
@Validated
@ConfigurationProperties("demo.s3")
record S3Properties(
        @NotBlank String bucket,
        @Nullable URI endpoint,
        @DefaultValue("us-east-1") String region,
        @Nullable String accessKeyId,
        @Nullable String secretAccessKey,
        @DefaultValue("true") boolean pathStyle,
        @DefaultValue("10s") Duration timeout) {}
