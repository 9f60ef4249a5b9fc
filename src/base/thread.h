/*
 * thread.h - threads that have work at once.
 */
#ifndef DDNSHUNT_BASE_THREAD_H
#define DDNSHUNT_BASE_THREAD_H

#include <pthread.h>

/*
 * Like pthread_create() without attributes, but the thread begins on another CPU than the caller's, where there is one. The system may
 * else put it behind the caller, who goes on working: it stood still for up to 4 ms (a tick) until one of them was moved. From
 * then on it may be moved to wherever the caller may run. 0 or an errno value.
 */
int thread_start(pthread_t *out_thread, void *(*run)(void *), void *arg);

#endif
