#include "stop.hpp"

#include <signal.h>
#include <time.h>

#include <algorithm>

namespace peer {
namespace {

sigset_t signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

Stop::Stop(double seconds)
    : end_(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {
    sigset_t set = signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool Stop::sleep_until(Clock::time_point when) {
    sigset_t set = signals();
    while (!ended_) {
        auto now = Clock::now();
        if (now >= end_) ended_ = true;
        auto rest = std::max(std::min(when, end_) - now, Clock::duration::zero());
        auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(rest).count();
        timespec wait{ns / 1000000000, ns % 1000000000};
        if (sigtimedwait(&set, nullptr, &wait) > 0) ended_ = true;
        if (now >= when) break;
    }
    return !ended_;
}

}  // namespace peer
