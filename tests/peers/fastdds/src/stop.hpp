// When to end: on SIGINT, on SIGTERM, or when the time is up.
#pragma once

#include <chrono>

namespace peer {

using Clock = std::chrono::steady_clock;

// Make it before any other thread starts: threads inherit the mask that keeps the two signals for the main thread.
class Stop {
public:
    explicit Stop(double seconds);

    // Sleeps until `when`. False: the program is to end.
    bool sleep_until(Clock::time_point when);

    template <class Condition>
    bool sleep_until_true(Condition done) {
        while (!done())
            if (!sleep_until(Clock::now() + std::chrono::milliseconds(5))) return false;
        return true;
    }
    bool ended() const { return ended_; }
    void sleep_to_the_end() { sleep_until(Clock::time_point::max()); }

private:
    Clock::time_point end_;
    bool ended_ = false;
};

}  // namespace peer
