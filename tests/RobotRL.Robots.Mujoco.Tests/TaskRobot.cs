using RobotRL.Tasks;

namespace RobotRL.Robots.Mujoco.Tests;

internal static class TaskRobot
{
    extension(SimulatedTask task)
    {
        /// <summary>The robot in whose scene the task takes place.</summary>
        public MujocoRobot Robot => (MujocoRobot)task.Scene;
    }
}
