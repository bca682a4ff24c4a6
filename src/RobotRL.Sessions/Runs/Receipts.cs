using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Sensing;

namespace RobotRL.Sessions.Runs;

/// <summary>
/// A line for every step that the store acknowledged: episode, step, checksum. Kept apart from the run, so that whoever kills processes to see
/// what survives knows what must.
/// </summary>
public sealed class Receipts(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Write(int episode, int step, Transition transition) =>
        _file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{episode} {step} {Checksum(transition)}\n")));

    /// <summary>What was acknowledged. A last line without its end was never written whole and acknowledges nothing.</summary>
    public static IEnumerable<(int Episode, int Step, string Checksum)> Read(string path)
    {
        if (!File.Exists(path)) yield break;
        var text = File.ReadAllText(path);
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            // A kill within a line leaves its beginning glued to the next one.
            if (line.Split(' ') is [var episode, var step, { Length: 16 } checksum])
                yield return (int.Parse(episode, CultureInfo.InvariantCulture), int.Parse(step, CultureInfo.InvariantCulture), checksum);
    }

    /// <summary>Of everything that a step holds.</summary>
    public static string Checksum(Transition t)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var observation in (Observation[])[t.Observation, t.Next])
        {
            hash.AppendData(BitConverter.GetBytes(observation.Time.Ns));
            hash.AppendData(MemoryMarshal.AsBytes<float>(observation.Proprioception));
            foreach (var image in observation.Images) hash.AppendData(image.Pixels);
        }
        foreach (var action in (PolicyAction[])[t.Action.Policy, t.Action.Proposed, t.Action.Executed])
            foreach (ref readonly var arm in (ReadOnlySpan<ArmAction>)action)
            {
                hash.AppendData(MemoryMarshal.AsBytes((ReadOnlySpan<float>)arm.Motion));
                hash.AppendData(MemoryMarshal.AsBytes<float>([arm.Stiffness, arm.Damping]));
                hash.AppendData([(byte)arm.Gripper]);
                if (((ReadOnlySpan<float>)arm.Wrench).ContainsAnyExcept(0f)) hash.AppendData(MemoryMarshal.AsBytes((ReadOnlySpan<float>)arm.Wrench));
            }
        hash.AppendData([(byte)t.Action.Source, t.Terminated ? (byte)1 : (byte)0, t.Truncated ? (byte)1 : (byte)0]);
        hash.AppendData(BitConverter.GetBytes((uint)t.Action.Limits));
        hash.AppendData(BitConverter.GetBytes(t.Reward));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    public void Dispose() => _file.Dispose();
}
