using System.Text.Json;
using RobotRL.Learning;
using RobotRL.Model;
using RobotRL.Replay;

namespace RobotRL.Sessions.Training;

/// <summary>Where the learner's draws from the buffers stand: part of a checkpoint.</summary>
internal sealed record SamplingState(RandomState Batches, RandomState Demonstrations)
{
    private const string File = "sampling.json";

    public static void Write(string directory, MixedSource batches, MixedSource demonstrations) =>
        Checkpoint.WriteDurably(
            Path.Combine(directory, File),
            JsonSerializer.SerializeToUtf8Bytes(new SamplingState(batches.Random.State, demonstrations.Random.State)));

    /// <exception cref="InvalidDataException">It is missing or damaged.</exception>
    public static void Read(string directory, MixedSource batches, MixedSource demonstrations)
    {
        var path = Path.Combine(directory, File);
        try
        {
            var state = JsonSerializer.Deserialize<SamplingState>(RunFile.ReadAllBytes(path)) ?? throw new JsonException("empty");
            (batches.Random.State, demonstrations.Random.State) = (state.Batches, state.Demonstrations);
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: not a sampling state ({e.Message.ReplaceLineEndings(" ")})", e);
        }
    }
}
