package dev.tidewright.tenancy;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** All that a process needs to check tokens at the gateway, and nothing else of this module. */
@Configuration(proxyBeanMethods = false)
@Import({InvokeAccess.class, WorkloadTokens.class})
public class InvokeConfiguration {}
