package dev.workflows.demo;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

@Configuration(proxyBeanMethods = false)
class BucketConfiguration {

    @Bean
    @Profile("!s3")
    ReportsBucket folderBucket(@Value("${demo.bucket.folder}") Path folder) {
        return new FolderBucket(folder);
    }

    @Profile("s3")
    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(S3Properties.class)
    static class S3 {

        private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

        /** Without retries and with the plainest checksums: the step retries, and not every store knows the newer ones. */
        @Bean
        S3Client s3Client(S3Properties properties) {
            S3ClientBuilder client = S3Client.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder()
                            .connectionTimeout(CONNECT_TIMEOUT)
                            .socketTimeout(properties.timeout()))
                    .overrideConfiguration(override ->
                            override.apiCallTimeout(properties.timeout()).retryStrategy(AwsRetryStrategy.doNotRetry()))
                    .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                    .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                    .forcePathStyle(properties.pathStyle())
                    .region(Region.of(properties.region()));
            if (properties.endpoint() != null) {
                client.endpointOverride(properties.endpoint());
            }
            if (properties.accessKeyId() != null && properties.secretAccessKey() != null) {
                client.credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(properties.accessKeyId(), properties.secretAccessKey())));
            }
            return client.build();
        }

        @Bean
        ReportsBucket s3Bucket(S3Client client, S3Properties properties) {
            return new S3Bucket(client, properties.bucket());
        }
    }
}
