/*
 * tries.cc - two tries that one would write in an afternoon: over labels from the right, and over bytes from the end.
 */
#include "contender.h"

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

std::string_view view(const text &t)
{
    return {t.ptr, t.len};
}

/* --- labels: a hash map a node --- */

struct label_node {
    std::unordered_map<std::string_view, label_node *> below;
    uint32_t suffix = 0; /* its length */
};

struct label_trie {
    std::vector<std::string> names;
    label_node root;
};

/* Takes the last label off. */
std::string_view take_label(std::string_view &rest)
{
    size_t dot = rest.rfind('.');
    std::string_view label = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(0, dot);
    return label;
}

void *label_make(const text *suffixes, uint32_t count)
{
    auto *trie = new label_trie;
    trie->names.reserve(count);
    for (uint32_t i = 0; i < count; i++) {
        trie->names.emplace_back(view(suffixes[i]));
        label_node *node = &trie->root;
        for (std::string_view rest = trie->names.back(); !rest.empty();) {
            label_node *&below = node->below[take_label(rest)];
            if (!below)
                below = new label_node;
            node = below;
        }
        node->suffix = static_cast<uint32_t>(suffixes[i].len);
    }
    return trie;
}

void label_find(void *self, const text *hosts, size_t count, uint32_t *answers)
{
    const auto *trie = static_cast<const label_trie *>(self);
    for (size_t i = 0; i < count; i++) {
        const label_node *node = &trie->root;
        uint32_t answer = 0;
        for (std::string_view rest = view(hosts[i]); !rest.empty();) {
            auto below = node->below.find(take_label(rest));
            if (below == node->below.end())
                break;
            node = below->second;
            if (node->suffix)
                answer = node->suffix;
        }
        answers[i] = answer;
    }
}

void free_below(label_node &node)
{
    for (auto &below : node.below) {
        free_below(*below.second);
        delete below.second;
    }
}

void label_destroy(void *self)
{
    auto *trie = static_cast<label_trie *>(self);
    free_below(trie->root);
    delete trie;
}

/* --- bytes: an array a node, for the bytes that stand in names --- */

constexpr unsigned LETTERS = 40;

unsigned letter(char c)
{
    if (c >= 'a' && c <= 'z')
        return static_cast<unsigned>(c - 'a');
    if (c >= '0' && c <= '9')
        return 26u + static_cast<unsigned>(c - '0');
    return c == '.' ? 36u : c == '-' ? 37u : 38u;
}

struct byte_node {
    std::array<uint32_t, LETTERS> next{}; /* 0: none */
    uint32_t suffix = 0;                  /* its length */
};

void *byte_make(const text *suffixes, uint32_t count)
{
    auto *nodes = new std::vector<byte_node>(1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = 0;
        for (size_t k = suffixes[i].len; k > 0; k--) {
            unsigned c = letter(suffixes[i].ptr[k - 1]);
            if (!(*nodes)[at].next[c]) {
                (*nodes)[at].next[c] = static_cast<uint32_t>(nodes->size());
                nodes->emplace_back();
            }
            at = (*nodes)[at].next[c];
        }
        (*nodes)[at].suffix = static_cast<uint32_t>(suffixes[i].len);
    }
    return nodes;
}

void byte_find(void *self, const text *hosts, size_t count, uint32_t *answers)
{
    const byte_node *nodes = static_cast<std::vector<byte_node> *>(self)->data();
    for (size_t i = 0; i < count; i++) {
        uint32_t at = 0, answer = 0;
        for (size_t k = hosts[i].len; k > 0; k--) {
            char c = hosts[i].ptr[k - 1];
            if (c == '.' && nodes[at].suffix)
                answer = nodes[at].suffix;
            at = nodes[at].next[letter(c)];
            if (!at)
                break;
        }
        if (at && nodes[at].suffix)
            answer = nodes[at].suffix;
        answers[i] = answer;
    }
}

void byte_destroy(void *self)
{
    delete static_cast<std::vector<byte_node> *>(self);
}

} // namespace

extern "C" const contender LABEL_TRIE = {"trie of labels (std::unordered_map)", label_make, label_find, label_destroy};
extern "C" const contender BYTE_TRIE = {"trie of bytes (arrays of 40)", byte_make, byte_find, byte_destroy};
