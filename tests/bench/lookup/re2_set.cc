/*
 * re2_set.cc - RE2::Set: one automaton of all suffixes; over hosts as they are, and over reversed ones, where it can stop early.
 */
#include "contender.h"

#include <algorithm>
#include <string>
#include <vector>

#include <re2/re2.h>
#include <re2/set.h>

namespace {

struct re2_set {
    re2::RE2::Set set;
    std::vector<size_t> lens;
    re2_set(const re2::RE2::Options &options, re2::RE2::Anchor anchor) : set(options, anchor) {}
};

void *make(const text *suffixes, uint32_t count, bool reversed)
{
    re2::RE2::Options options;
    options.set_max_mem(int64_t{1} << 30); /* so that the automaton is never thrown away */
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_never_capture(true);
    auto *self = new re2_set(options, reversed ? re2::RE2::ANCHOR_START : re2::RE2::UNANCHORED);
    for (uint32_t i = 0; i < count; i++) {
        std::string suffix(suffixes[i].ptr, suffixes[i].len);
        if (reversed)
            std::reverse(suffix.begin(), suffix.end());
        suffix = re2::RE2::QuoteMeta(suffix);
        if (self->set.Add(reversed ? suffix + "(?:\\.|$)" : "(?:^|\\.)" + suffix + "$", nullptr) !=
            static_cast<int>(i)) {
            delete self;
            return nullptr;
        }
        self->lens.push_back(suffixes[i].len);
    }
    if (!self->set.Compile()) {
        delete self;
        return nullptr;
    }
    return self;
}

void *make_forward(const text *suffixes, uint32_t count)
{
    return make(suffixes, count, false);
}

void *make_reversed(const text *suffixes, uint32_t count)
{
    return make(suffixes, count, true);
}

uint32_t longest(const re2_set &self, const std::vector<int> &found)
{
    size_t best = 0;
    for (int number : found)
        best = std::max(best, self.lens[static_cast<size_t>(number)]);
    return static_cast<uint32_t>(best);
}

void find_forward(void *self, const text *hosts, size_t count, uint32_t *answers)
{
    const auto &set = *static_cast<re2_set *>(self);
    std::vector<int> found;
    for (size_t i = 0; i < count; i++)
        answers[i] = set.set.Match(re2::StringPiece(hosts[i].ptr, hosts[i].len), &found) ? longest(set, found) : 0;
}

void find_reversed(void *self, const text *hosts, size_t count, uint32_t *answers)
{
    const auto &set = *static_cast<re2_set *>(self);
    std::vector<int> found;
    std::string host;
    for (size_t i = 0; i < count; i++) {
        host.assign(hosts[i].ptr, hosts[i].len);
        std::reverse(host.begin(), host.end());
        answers[i] = set.set.Match(host, &found) ? longest(set, found) : 0;
    }
}

void destroy(void *self)
{
    delete static_cast<re2_set *>(self);
}

} // namespace

extern "C" const contender RE2_SET = {"RE2::Set", make_forward, find_forward, destroy};
extern "C" const contender RE2_SET_REVERSED = {"RE2::Set, hosts reversed", make_reversed, find_reversed, destroy};
