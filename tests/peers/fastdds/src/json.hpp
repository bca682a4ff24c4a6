// One JSON object a line on stdout, from any thread.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <type_traits>

namespace peer {

std::string quoted(const std::string& text);

template <class T>
std::string json(const T& value) {
    if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
    else if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) return std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        char text[40];
        return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);  // the shortest that reads back the same
    }
    else if constexpr (std::is_arithmetic_v<T>) return std::to_string(value);
    else return quoted(value);
}

class Line {
public:
    template <class T>
    Line& with(const char* key, const T& value) {
        return raw(key, json(value));
    }
    Line& raw(const char* key, const std::string& value);
    std::string text() const { return "{" + body_ + "}"; }
    void print() const;

private:
    std::string body_;
};

}  // namespace peer
