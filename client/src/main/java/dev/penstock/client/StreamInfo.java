package dev.penstock.client;

/**
 * @param earliest first offset that is stored
 * @param latest offset after the last event
 * @param events stored now
 */
public record StreamInfo(String name, String earliest, String latest, long bytes, long events) {}
