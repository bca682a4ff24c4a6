using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using RobotRL.Safety;

namespace RobotRL.Cli.Tests;

/// <summary>Writes a safety critic that says the same of everything, byte by byte as the format asks, and spoils it on request.</summary>
internal static class CriticFolder
{
    /// <param name="folder">Where to.</param>
    /// <param name="risk">What both twins say, as the logit.</param>
    /// <param name="margin">What both twins say.</param>
    /// <param name="change">Changes the tensors before they are written and hashed.</param>
    /// <param name="manifest">Changes the manifest.</param>
    public static void Write(
        string folder, float risk = -3, float margin = -1, Action<Dictionary<string, (long[] Shape, float[] Values)>>? change = null,
        Action<Dictionary<string, object>>? manifest = null)
    {
        const int inputs = SafetyFeatures.Count;
        Dictionary<string, (long[] Shape, float[] Values)> tensors = [];
        foreach (var name in (string[])["risk1", "risk2", "feasibility1", "feasibility2"])
        {
            Add(name + ".w0", 256, inputs);
            Add(name + ".b0", 256);
            Add(name + ".w1", 256, 256);
            Add(name + ".b1", 256);
            Add(name + ".w2", 1, 256);
            Add(name + ".b2", 1);
            tensors[name + ".b2"].Values[0] = name.StartsWith("risk", StringComparison.Ordinal) ? risk : margin;
        }
        Add("canary.inputs", 16, inputs);
        Add("canary.risk", 16);
        Add("canary.feasibility", 16);
        Array.Fill(tensors["canary.risk"].Values, 1 / (1 + MathF.Exp(-risk)));
        Array.Fill(tensors["canary.feasibility"].Values, margin);
        change?.Invoke(tensors);

        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "critic.safetensors");
        File.WriteAllBytes(file, Bytes(tensors));
        var description = new Dictionary<string, object>
        {
            ["format"] = 1,
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))),
            ["features"] = SafetyFeatures.Name,
            ["version"] = 12,
            ["risk_threshold"] = 0.3,
            ["feasibility_threshold"] = 0.0,
            ["trained_on"] = "nothing",
            ["created"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ"),
        };
        manifest?.Invoke(description);
        File.WriteAllText(Path.Combine(folder, "critic.json.tmp"), JsonSerializer.Serialize(description));
        File.Move(Path.Combine(folder, "critic.json.tmp"), Path.Combine(folder, "critic.json"), overwrite: true);

        void Add(string name, params long[] shape) => tensors[name] = (shape, new float[shape.Aggregate(1L, (a, b) => a * b)]);
    }

    private static byte[] Bytes(Dictionary<string, (long[] Shape, float[] Values)> tensors)
    {
        var offset = 0L;
        var header = new Dictionary<string, object>();
        foreach (var (name, (shape, values)) in tensors)
        {
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { offset, offset + values.Length * 4L } };
            offset += values.Length * 4L;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. tensors.Values.SelectMany(t => MemoryMarshal.AsBytes<float>(t.Values).ToArray())];
    }
}
