// Prints and compares messages, field by field.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "fields.hpp"
#include "json.hpp"

namespace peer {

// Sines differ in the last bits between C libraries. All other values are exact in binary.
constexpr double tolerance = 1e-12;
constexpr size_t longest_printed = 64;

template <class T, class = void>
struct is_message : std::false_type {};
template <class T>
struct is_message<T, std::void_t<decltype(&T::isKeyDefined)>> : std::true_type {};

class Printer {
public:
    template <class T>
    void operator()(const char* name, const T& value) {
        line_.raw(name, show(value));
    }
    std::string text() const { return line_.text(); }

    template <class T>
    static std::string show(const T& value) {
        if constexpr (is_message<T>::value) {
            Printer inner;
            fields(inner, value);
            return inner.text();
        }
        else return json(value);
    }
    template <class T>
    static std::string show(const std::vector<T>& values) {
        return list(values);
    }
    template <class T, size_t N>
    static std::string show(const std::array<T, N>& values) {
        return list(values);
    }

private:
    Line line_;

    // An image does not fit a line: its length, its FNV-1a hash and its first bytes stand for it.
    template <class List>
    static std::string list(const List& values) {
        std::string text;
        size_t shown = values.size() > longest_printed ? 16 : values.size();
        for (size_t i = 0; i < shown; i++) text += (i ? "," : "") + show(values[i]);
        text = "[" + text + "]";
        if (shown == values.size()) return text;
        Line line;
        line.with("length", values.size());
        if constexpr (std::is_same_v<typename List::value_type, uint8_t>) {
            uint64_t hash = 0xcbf29ce484222325;
            for (uint8_t b : values) hash = (hash ^ b) * 0x100000001b3;
            line.with("fnv1a", std::to_string(hash));
        }
        return line.raw("first", text).text();
    }
};

class Comparer {
public:
    std::string difference;  // the first one: path, value found and value expected

    template <class T>
    void operator()(const char* name, const T& found, const T& expected) {
        if (!difference.empty()) return;
        std::string outer = path_;
        path_ += (path_.empty() ? "" : ".") + std::string(name);
        compare(found, expected);
        path_ = outer;
    }

private:
    std::string path_;

    void tell(const std::string& found, const std::string& expected) { difference = path_ + ": " + found + " for " + expected; }

    template <class T>
    void compare(const T& found, const T& expected) {
        if constexpr (is_message<T>::value) fields(*this, found, expected);
        else {
            bool same;
            if constexpr (std::is_same_v<T, double>) same = std::abs(found - expected) <= tolerance;
            else same = found == expected;
            if (!same) tell(json(found), json(expected));
        }
    }
    template <class T>
    void compare(const std::vector<T>& found, const std::vector<T>& expected) {
        if (found.size() != expected.size()) tell(json(found.size()) + " items", json(expected.size()));
        else items(found, expected);
    }
    template <class T, size_t N>
    void compare(const std::array<T, N>& found, const std::array<T, N>& expected) {
        items(found, expected);
    }
    template <class List>
    void items(const List& found, const List& expected) {
        if constexpr (std::is_same_v<typename List::value_type, uint8_t>)
            if (found == expected) return;
        std::string outer = path_;
        for (size_t i = 0; i < found.size() && difference.empty(); i++) {
            path_ = outer + "[" + std::to_string(i) + "]";
            compare(static_cast<const typename List::value_type&>(found[i]), expected[i]);
        }
        path_ = outer;
    }
};

}  // namespace peer
