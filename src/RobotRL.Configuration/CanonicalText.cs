using System.Security.Cryptography;
using System.Text;

namespace RobotRL.Configuration;

/// <summary>
/// Writes what was read in one fixed order and form. The hash is of the same lines with each referenced file's path replaced by its
/// content, so that it names what runs and not where it lies.
/// </summary>
internal sealed class CanonicalText
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _hashed = new();
    private int _depth;
    private bool _dash, _unhashed;

    public string Text => _text.ToString();
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_hashed.ToString())));

    public void Value(string key, string value, string? hashed = null)
    {
        var indent = new string(' ', 2 * (_dash ? _depth - 1 : _depth)) + (_dash ? "- " : "");
        _dash = false;
        _text.Append(indent).Append(key).Append(':').Append(value.Length > 0 ? " " : "").Append(value).Append('\n');
        if (!_unhashed) _hashed.Append(indent).Append(key).Append(": ").Append(hashed ?? value).Append('\n');
    }

    /// <summary>What <paramref name="write"/> adds stands in the text and has no part in the hash.</summary>
    public T Unhashed<T>(Func<T> write)
    {
        _unhashed = true;
        var result = write();
        _unhashed = false;
        return result;
    }

    public void Open(string key) { Value(key, ""); _depth++; }
    public void OpenItem() { _depth++; _dash = true; }
    public void Close() => _depth--;
}
