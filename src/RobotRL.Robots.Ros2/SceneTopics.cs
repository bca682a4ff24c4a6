using System.Diagnostics;
using System.Globalization;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.StdMsgs;

namespace RobotRL.Robots.Ros2;

/// <summary>
/// What a simulated robot shows of its scene to a scripted human, and how it is asked for another one. <c>SCENE</c> carries the number of the scene and the
/// state of the simulation, <c>SCENE/set_up</c> the number and the seed of the one that is wanted. A real cell has neither.
/// </summary>
public static class SceneTopics
{
    /// <summary>What is asked for stays to be seen by who comes late; it is done once.</summary>
    public static Qos OfRequests => Qos.Latched;

    public static Qos OfScenes => new(Reliability.Reliable, Durability.Volatile, 1);

    public static string RequestsOf(string scene) => scene + "/set_up";

    public static string Request(long number, ulong seed) => string.Create(CultureInfo.InvariantCulture, $"{number} {seed}");

    public static bool TryRead(string request, out long number, out ulong seed)
    {
        (number, seed) = (0, 0);
        return request.Split(' ') is [var first, var second] && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && ulong.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out seed);
    }
}

/// <summary>The scene of a simulated robot, from the side of the cell.</summary>
public sealed class SceneLink : IDisposable
{
    private static readonly TimeSpan AsksEvery = TimeSpan.FromMilliseconds(500);

    private readonly object _arriving = new();
    private readonly Publisher<Wire.StdMsgs.String> _requests;
    private readonly IDisposable _scenes;
    private readonly double[] _state;
    private long _number, _asked, _arrived, _seen;
    private string? _wrong;

    /// <param name="node">Its own.</param>
    /// <param name="topic">Of the scene.</param>
    /// <param name="stateSize">Numbers that a state of the scene has.</param>
    public SceneLink(Ros2Node node, string topic, int stateSize)
    {
        (Topic, _state) = (topic, new double[stateSize]);
        _requests = node.Publish<Wire.StdMsgs.String>(SceneTopics.RequestsOf(topic), SceneTopics.OfRequests);
        _scenes = node.Subscribe<Float64MultiArray>(topic, SceneTopics.OfScenes, Take);
    }

    public string Topic { get; }

    /// <summary>Copies the newest state; false where there is none newer than the last one.</summary>
    /// <exception cref="InvalidDataException">The simulated robot has another scene.</exception>
    public bool TryRead(Span<double> state)
    {
        lock (_arriving)
        {
            if (_wrong is not null) throw new InvalidDataException(_wrong);
            if (_arrived == _seen) return false;
            _seen = _arrived;
            _state.CopyTo(state);
            return true;
        }
    }

    /// <summary>Has a scene set up around the arms, which stay where they are.</summary>
    /// <param name="seed">Of the scene.</param>
    /// <param name="pause">Lets a moment pass; false once it is no use to wait any longer.</param>
    /// <returns>Whether it stands.</returns>
    public bool SetUp(ulong seed, Func<bool> pause)
    {
        // Again and again: the robot listens to one client alone, and one that was killed is known to be gone only after ten seconds.
        for (var (asked, since) = (false, Stopwatch.StartNew()); ; )
        {
            if (!asked || since.Elapsed > AsksEvery)
            {
                // A robot that was started anew counts its scenes anew.
                lock (_arriving) _asked = _number + 1;
                _requests.TrySend(new() { Data = SceneTopics.Request(_asked, seed) });
                (asked, since) = (true, Stopwatch.StartNew());
            }
            lock (_arriving)
                if (_number == _asked) return true;
            if (!pause()) return false;
        }
    }

    public void Dispose()
    {
        _scenes.Dispose();
        _requests.Dispose();
    }

    private void Take(Float64MultiArray scene, Arrival arrival)
    {
        lock (_arriving)
        {
            if (scene.Data.Count != _state.Length + 1)
            {
                _wrong = $"{Topic}: a scene of {scene.Data.Count - 1} numbers, and the task's has {_state.Length}; start both sides from the same task file";
                return;
            }
            _number = (long)scene.Data[0];
            scene.Data.CopyTo(1, _state, 0, _state.Length);
            _arrived++;
        }
    }
}
